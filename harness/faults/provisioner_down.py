"""A cluster whose storage provisioner is away: nobody makes volumes."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from harness.damage import steps
from harness.damage.addition import Addition
from harness.damage.edit import edit
from harness.damage.plan import Injection, Plan, Stepwise, seen
from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.kube import actions
from harness.machine.clock import wait_until
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Evidence
from harness.registry import FAULTS

_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
_CHOSEN = "volume.kubernetes.io/selected-node"
"""The scheduler's annotation on a claim: from now on the provisioner is waited for."""
_GONE_SECONDS = 40.0
_PENDING_SECONDS = 3.0


@FAULTS.enter("provisioner-down")
class ProvisionerDown(Stepwise, frozen=True, kw_only=True):
    """Scales the Deployment that makes volumes for `storage-class` (default: the default class) to nothing.

    It is the one whose name begins with the last part of the class's provisioner (`rancher.io/local-path`), or
    `deployment`, written `NAMESPACE/NAME`. Volumes that exist are not touched; new claims stay Pending, and so do
    pods that need them. Kubernetes does not heal it. Evidence: a claim of the fault's own, with a pod that waits
    for it, is handed to the provisioner by the scheduler and stays Pending. Undo: pod and claim are deleted, the
    replicas put back.
    """

    reach = Reach.CONTROL_PLANE
    needs = frozenset({Capability.CONTAINERS, Capability.DISPOSABLE})
    heals: ClassVar[str] = "nobody"
    example: ClassVar[Example] = Example({}, Effect.HARMLESS, "db", "statefulset/db")

    storage_class: str = ""
    deployment: str = ""

    def plan(self, site: Site) -> Plan:
        """Find the provisioner's Deployment."""
        found = _class(site, self.storage_class)
        namespace, name, labels = self._deployment(site, found["provisioner"])
        scale = edit(site, Touch("deployments", namespace, name, "scale to 0"), [(("spec", "replicas"), 0)])
        probe = f"healproof-claim-{secrets.token_hex(4)}"
        facts = {"namespace": namespace, "labels": labels, "probe": probe}
        added: list[Step] = _claim_with_pod(site.namespace, probe, found["metadata"]["name"])
        return Plan(namespace=site.namespace, steps=[scale, *added], facts=facts)

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Scale it to nothing, wait until it is gone, then ask for a volume."""
        sent = site.clock.now()
        steps.do(site, plan.steps[:1])
        labels, namespace = plan.facts["labels"], plan.facts["namespace"]

        def gone() -> bool:
            return not actions.listed(site.client, "pods", namespace, labels=labels)

        if not wait_until(gone, timeout_seconds=_GONE_SECONDS, every_seconds=0.3, clock=site.clock):
            raise InjectionFailed(f"the provisioner's pods in {namespace} were not gone within {_GONE_SECONDS:.0f} s")
        steps.do(site, plan.steps[1:])
        return Injection(sent, [])

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Look at the claim for as long as a volume usually takes."""
        since: list[float] = []

        def look() -> tuple[bool, str]:
            claim = actions.get(site.client, "persistentvolumeclaims", plan.facts["probe"], site.namespace)
            phase = claim["status"].get("phase", "")
            if phase == "Pending" and _CHOSEN in claim["metadata"].get("annotations", {}):
                since.append(site.clock.now())
            waited = site.clock.now() - since[0] if since else 0.0
            return (
                phase == "Pending" and waited >= _PENDING_SECONDS,
                f"{phase} for {waited:.1f} s after it was handed on",
            )

        return seen(site, index, "a claim of the fault's own", look)

    def _deployment(self, site: Site, provisioner: str) -> tuple[str, str, str]:
        """Namespace and name of the provisioner's Deployment, and the labels of its pods."""
        start = provisioner.rpartition("/")[2]
        fit = [found for found in actions.listed(site.client, "deployments") if self._is_it(found["metadata"], start)]
        if len(fit) != 1:
            names = ", ".join(f"{each['metadata']['namespace']}/{each['metadata']['name']}" for each in fit) or "none"
            wanted = self.deployment or f"NAMESPACE/{start}…"
            raise InjectionFailed(
                f"provisioner {provisioner}: not one Deployment is {wanted}; found: {names}",
                hint="say which with `deployment: NAMESPACE/NAME`",
            )
        meta, labels = fit[0]["metadata"], fit[0]["spec"]["selector"].get("matchLabels", {})
        return meta["namespace"], meta["name"], ",".join(f"{key}={value}" for key, value in labels.items())

    def _is_it(self, meta: dict[str, Any], start: str) -> bool:
        if self.deployment:
            return f"{meta['namespace']}/{meta['name']}" == self.deployment
        return str(meta["name"]).startswith(start)


def _class(site: Site, name: str) -> dict[str, Any]:
    if name:
        return actions.get(site.client, "storageclasses", name)
    for found in actions.listed(site.client, "storageclasses"):
        if found["metadata"].get("annotations", {}).get(_DEFAULT_CLASS) == "true":
            return found
    raise InjectionFailed("the cluster has no default StorageClass", hint="name one with `storage-class`")


def _claim_with_pod(namespace: str, name: str, storage_class: str) -> list[Step]:
    """A claim, and a pod that waits for it: many classes make a volume only when a pod is to use it."""
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "storageClassName": storage_class,
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Mi"}},
        },
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "containers": [{"name": "never-runs", "image": "registry.k8s.io/pause:3.10"}],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": name}}],
        },
    }
    return [
        Addition(deed="claim a volume", manifest=claim, namespace=namespace),
        Addition(deed="wait for it", manifest=pod, namespace=namespace),
    ]
