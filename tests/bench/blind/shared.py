"""Cases that strike a whole cluster: one injection, and every namespace that stands there is diagnosed under it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from harness.faults.component_down import ComponentDown
from harness.faults.dns_down import DnsDown
from harness.faults.dns_wrong import DnsWrong
from harness.faults.kube_proxy_stopped import KubeProxyStopped
from harness.faults.kubelet_certificate_expired import KubeletCertificateExpired
from harness.faults.node_delete import NodeDelete
from harness.faults.node_down import NodeDown
from harness.faults.node_partition import NodePartition
from harness.faults.node_pressure import NodePressure, Resource
from harness.faults.node_service_stop import Halt, NodeServiceStop, Service
from harness.faults.provisioner_down import ProvisionerDown
from harness.kube import actions
from harness.kube.client import Client
from harness.model.cluster import Outage, Part
from harness.model.scenario import Fault
from tests.bench.blind.case import BOTH, Case, always, pending, unready
from tests.bench.blind.injecting import inject
from tests.bench.blind.stand import Stand

CONTROL_PLANE = "node-role.kubernetes.io/control-plane"


class Episode(NamedTuple):
    """One injection: how to begin it, given a namespace that stands; `begin` gives what ends it.

    `case` is what each namespace is judged by; its deed is done in the namespace while the injection lasts. It
    strikes `width` namespaces at most.
    """

    case: Case
    begin: Callable[[Stand, random.Random], Callable[[], None]]
    width: int = 100


def episodes(provider: str) -> list[Episode]:
    """All that a provider carries."""
    both = [
        _fault("scheduler-down", "stopped", _part(Part.SCHEDULER), shown=pending, deed=_more),
        _fault("controller-manager-down", "stopped", _part(Part.CONTROLLER_MANAGER), shown=_fewer, deed=_one_lost),
        Episode(Case("node-tainted", "all-workers", _one_lost, pending), _mark(_taint)),
        Episode(Case("node-cordoned", "all-workers", _one_lost, pending), _mark(_cordon)),
    ]
    kwok = [
        _fault("node-not-ready", "down", _first(NodeDown), shown=_on_lost_node, on=("kwok",)),
        _fault("etcd-slow", "paused", _part(Part.ETCD, Outage.PAUSED), on=("kwok",)),
        _fault("api-server-unhealthy", "paused", _part(Part.API_SERVER, Outage.PAUSED), on=("kwok",)),
    ]
    kind = [
        _fault("dns-down", "scaled", lambda node: DnsDown(), shown=unready, app="front-by-name"),
        _fault("dns-wrong", "denies", lambda node: DnsWrong(), shown=unready, app="front-by-name", width=1),
        Episode(Case("dns-wrong", "zone", _nothing, unready, app="front-by-name", birth="live", held_out=True), _zone),
        _fault("provisioner-down", "scaled", lambda node: ProvisionerDown(), shown=pending, app="store", birth="born"),
        _fault("kubelet-stopped", "stopped", _service(Service.KUBELET, Halt.STOPPED), shown=_on_lost_node),
        _fault("kubelet-stopped", "paused", _service(Service.KUBELET, Halt.PAUSED), shown=_on_lost_node, out=True),
        _fault("container-runtime-down", "stopped", _service(Service.CONTAINERD, Halt.STOPPED), shown=_on_lost_node),
        _fault("node-not-ready", "killed", _first(NodeDown), shown=_on_lost_node),
        _fault("node-gone", "deleted", _first(NodeDelete), shown=_gone, birth="live"),
        _fault("network-partition", "node", _first(NodePartition), shown=_on_lost_node),
        _fault("kubelet-certificate-expired", "client", _first(KubeletCertificateExpired), shown=_on_lost_node),
        _fault("node-pressure", "memory", lambda node: NodePressure(node=node, of=Resource.MEMORY), shown=_pressed),
        _fault("kube-proxy-down", "stopped", lambda node: KubeProxyStopped(node=node)),
    ]
    return both + (kwok if provider == "kwok" else kind)


def _fault(
    cause: str, way: str, fault_of, *, shown=always, deed=None, app="web", birth="live", on=BOTH, out=False, width=100
):  # type: ignore[no-untyped-def]
    case = Case(cause, way, deed or _nothing, shown, app=app, birth=birth, on=on, held_out=out)

    def begin(stand: Stand, draw: random.Random) -> Callable[[], None]:
        return inject(fault_of(draw.choice(workers(stand.client))), stand.record, stand.namespace)

    return Episode(case, begin, width)


def _nothing(stand: Stand) -> None:
    """The injection alone is enough."""


def _zone(stand: Stand, draw: random.Random) -> Callable[[], None]:
    """The cluster's DNS is made to serve another domain, and restarted so that it knows at once."""
    client = stand.client

    def serve(before: str, after: str) -> None:
        config = actions.get(client, "configmaps", "coredns", "kube-system")["data"]["Corefile"]
        patch = {"data": {"Corefile": config.replace(f"kubernetes {before}", f"kubernetes {after}")}}
        path = "/api/v1/namespaces/kube-system/configmaps/coredns"
        query = {"fieldManager": "kubectl-edit"}
        client.request("PATCH", path, body=patch, query=query, content_type="application/merge-patch+json")
        for pod in actions.listed(client, "pods", "kube-system", labels="k8s-app=kube-dns"):
            actions.delete(client, "pods", pod["metadata"]["name"], "kube-system", grace_seconds=0)

    serve("cluster.local", "cluster.example")
    return lambda: serve("cluster.example", "cluster.local")


def workers(client: Client) -> list[str]:
    """The nodes that are not the control plane's."""
    nodes = actions.listed(client, "nodes")
    return [each["metadata"]["name"] for each in nodes if CONTROL_PLANE not in each["metadata"].get("labels", {})]


def _part(part: Part, how: Outage = Outage.STOPPED) -> Callable[[str], Fault]:
    return lambda node: ComponentDown(part=part, how=how)


def _first(fault: type[Fault]) -> Callable[[str], Fault]:
    return lambda node: fault(node=node)  # type: ignore[call-arg]


def _service(service: Service, how: Halt) -> Callable[[str], Fault]:
    return lambda node: NodeServiceStop(node=node, service=service, how=how)


def _mark(patch_of: Callable[[bool, random.Random], dict[str, object]]):  # type: ignore[no-untyped-def]
    """Every worker is closed to new pods, as an administrator does it."""

    def begin(stand: Stand, draw: random.Random) -> Callable[[], None]:
        on, off = patch_of(True, draw), patch_of(False, draw)
        names = workers(stand.client)

        def mark(patch: dict[str, object]) -> None:
            for name in names:
                stand.client.request(
                    "PATCH",
                    f"/api/v1/nodes/{name}",
                    body={"spec": patch},
                    query={"fieldManager": "kubectl"},
                    content_type="application/merge-patch+json",
                )

        mark(on)
        return lambda: mark(off)

    return begin


def _taint(on: bool, draw: random.Random) -> dict[str, object]:
    key = draw.choice(["dedicated", "example.com/maintenance", "gpu"])
    return {"taints": [{"key": key, "value": "true", "effect": "NoSchedule"}] if on else []}


def _cordon(on: bool, draw: random.Random) -> dict[str, object]:
    return {"unschedulable": on or None}


def _more(stand: Stand) -> None:
    stand.scale(stand.app.workload["spec"]["replicas"] + stand.draw.choice([1, 2]))


def _one_lost(stand: Stand) -> None:
    for pod in stand.pods()[:1]:
        actions.delete(stand.client, "pods", pod["metadata"]["name"], stand.namespace, grace_seconds=0)


def _fewer(stand: Stand) -> bool:
    """A pod lacks."""
    return bool(len(stand.pods()) < stand.app.workload["spec"]["replicas"])


def _on_lost_node(stand: Stand) -> bool:
    """A pod is bound to a node that is not Ready."""
    lost = {
        node["metadata"]["name"]
        for node in actions.listed(stand.client, "nodes")
        if not any(each["type"] == "Ready" and each["status"] == "True" for each in node["status"]["conditions"])
    }
    return any(pod["spec"].get("nodeName") in lost for pod in stand.pods())


def _gone(stand: Stand) -> bool:
    """A pod is bound to a node that does not exist."""
    there = {node["metadata"]["name"] for node in actions.listed(stand.client, "nodes")}
    return any(pod["spec"].get("nodeName", "") not in {"", *there} for pod in stand.pods())


def _pressed(stand: Stand) -> bool:
    """A node says that it is short of memory, and a pod was evicted or waits."""
    pressed = any(
        each["type"] == "MemoryPressure" and each["status"] == "True"
        for node in actions.listed(stand.client, "nodes")
        for each in node["status"]["conditions"]
    )
    struck = any(pod["status"].get("reason") == "Evicted" for pod in stand.pods()) or pending(stand)
    return pressed and struck
