"""Which node a fault hits: a named one, the one that hosts the pods, or the first worker. Reads only."""

from __future__ import annotations

from harness.damage.site import Site
from harness.model.errors import InjectionFailed
from harness.model.objects import Node, Pod
from harness.model.scenario import Fault
from harness.model.units import Ref, Selector

CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
"""The label and taint of a node that runs the control plane."""


class OneNode(Fault, frozen=True, kw_only=True):
    """The fields of a fault that hits a node: `node` by name, or the worker that hosts most pods matching `hosting`.

    Without either it is the first worker; a node of the control plane is hit only where it is named.
    """

    node: str = ""
    hosting: Selector | None = None


def choose(site: Site, fault: OneNode) -> str:
    """The node to hit; raises InjectionFailed where none fits."""
    workers = workers_of(site)
    if fault.node:
        if fault.node not in site.record.nodes:
            raise InjectionFailed(
                f"node: {fault.node!r} is not accepted here; accepted is one of {', '.join(site.record.nodes)}"
            )
        return fault.node
    if not workers:
        raise InjectionFailed(
            f"cluster {site.record.name} has no worker node",
            hint="name a node with `node`, or use a shape with workers",
        )
    if fault.hosting is None:
        return workers[0]
    hosts = [pod.spec.node_name for pod in _hosted(site, fault.hosting) if pod.spec.node_name in workers]
    if not hosts:
        raise InjectionFailed(f"hosting: {fault.hosting} matches no pod on a worker in namespace {site.namespace}")
    return max(workers, key=hosts.count)


def workers_of(site: Site) -> list[str]:
    """The nodes without a part of the control plane, in the cluster's order."""
    found = [site.picture.get(Ref(f"node/{name}")) for name in site.record.nodes]
    nodes = [node for node in found if isinstance(node, Node)]
    return [node.metadata.name for node in nodes if CONTROL_PLANE not in node.metadata.labels]


def evictable(site: Site, node: str) -> list[Pod]:
    """The pods of the scenario's namespace on a node that another node can take: none of a DaemonSet, none static."""
    return [
        pod
        for pod in site.picture.pods()
        if pod.spec.node_name == node
        and pod.active
        and not any(owner.kind in ("DaemonSet", "Node") for owner in pod.metadata.owner_references)
    ]


def _hosted(site: Site, hosting: Selector) -> list[Pod]:
    return [pod for pod in site.picture.pods() if hosting.matches(pod.metadata.labels) and pod.active]
