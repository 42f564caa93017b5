"""An image that cannot be had, rolled out with the workload's pod template."""

from __future__ import annotations

import enum
from typing import Any, ClassVar

import msgspec

from harness.damage import template
from harness.damage.addition import Addition, addition_rights
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube import actions
from harness.kube.rights import CLUSTER, Right, may
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.model.units import Ref
from harness.registry import FAULTS

_KUBELET_HEALTH = 10248
"""Every kubelet answers on this port of its node, with 404 for all but its health."""
_NODE_PORTS = range(30000, 32768)
_TRIES = 50


class Why(enum.StrEnum):
    """What the registry says."""

    MISSING = "missing"
    DENIED = "denied"


@FAULTS.enter("image-unavailable")
class ImageUnavailable(Stepwise, frozen=True, kw_only=True):
    """Rolls out workload `of` with an image that is `missing` from its registry, or that the registry has `denied`.

    No registry is needed: a missing image is asked of the node's own kubelet, which answers 404 at once; a denied
    one of the API server, which forbids strangers whatever they ask, through a NodePort of a Service added for it.
    Old pods go on; new ones wait in ImagePullBackOff and nobody heals them. Evidence: the kubelet's Event with what
    the registry answered to the pull for a new pod. Undo: the image as it was before.
    """

    heals: ClassVar[str] = "nobody: the image must be made available, or the roll-out put back"
    budget: ClassVar[str] = "rollout"

    example: ClassVar[Example] = Example({"of": "deployment/web"}, Effect.LASTS)

    of: Ref
    why: Why = Why.MISSING
    container: str = ""

    def rights(self) -> list[Right]:
        """What its requests take."""
        rights = template.change_rights(self.of)
        if self.why is Why.DENIED:
            rights += may("list", "services", namespace=CLUSTER) + may("list", "endpointslices", namespace="default")
            rights += addition_rights("services") + addition_rights("endpointslices")
        return rights

    def plan(self, site: Site) -> Plan:
        """Read the image that is there; choose a free port to be denied at."""
        container = template.container_path(site, self.of, self.container)
        port = _KUBELET_HEALTH if self.why is Why.MISSING else _free_port(site)
        image = f"localhost:{port}/{_NAMES[self.why]}:1"
        values = [([*container, "image"], image), ([*container, "imagePullPolicy"], "Always")]
        plan = template.plan_change(site, self.of, f"image {image}", values)
        if self.why is Why.MISSING:
            return plan
        return msgspec.structs.replace(plan, steps=[*_registry(site, port), *plan.steps])

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The kubelet's Event is the other source."""
        return [template.seen_in_event(plan, _ANSWERS[self.why])]


_NAMES = {Why.MISSING: "no-such-image", Why.DENIED: "denied-image"}
_ANSWERS = {Why.MISSING: "no-such-image:1: not found", Why.DENIED: "403 Forbidden"}


def _free_port(site: Site) -> int:
    services = actions.listed(site.client, "services")
    taken = {port.get("nodePort") for service in services for port in service["spec"].get("ports", [])}
    for port in (site.random.choice(_NODE_PORTS) for _ in range(_TRIES)):
        if port not in taken:
            return port
    raise InjectionFailed(f"no free NodePort was found in {_TRIES} draws: {len(taken)} are taken")


def _registry(site: Site, port: int) -> list[Addition]:
    """A Service without selector in front of the API server; simulated clusters have no endpoints of it to give."""
    of_server = "kubernetes.io/service-name=kubernetes"
    slices = actions.listed(site.client, "endpointslices", "default", labels=of_server)
    name = f"denied-image-{port}"
    target = [{"port": 443, "targetPort": 6443, "nodePort": port}]
    service: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"type": "NodePort", "ports": target},
    }
    added = [Addition(deed=f"NodePort {port} of the API server", manifest=service, namespace=site.namespace)]
    for found in slices:
        copy = {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": f"{name}-{found['addressType'].lower()}",
                "labels": {"kubernetes.io/service-name": name},
            },
            "addressType": found["addressType"],
            "ports": [{"port": found["ports"][0]["port"], "protocol": "TCP", "name": ""}],
            "endpoints": [{"addresses": endpoint["addresses"]} for endpoint in found["endpoints"]],
        }
        added.append(Addition(deed="endpoints of the API server", manifest=copy, namespace=site.namespace))
    return added
