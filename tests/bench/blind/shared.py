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
from tests.bench.blind.case import Case, always, pending, unready
from tests.bench.blind.injecting import inject
from tests.bench.blind.stand import Stand

CONTROL_PLANE = "node-role.kubernetes.io/control-plane"


Begin = Callable[[Stand, random.Random], Callable[[], None]]


class Episode(NamedTuple):
    """One injection: how to begin it, given a namespace that stands; `begin` gives what ends it.

    `case` is what each namespace is judged by; its deed is done in the namespace while the injection lasts. It
    strikes `width` namespaces at most.
    """

    case: Case
    begin: Begin
    width: int = 100


def episodes(provider: str) -> list[Episode]:
    """All that a provider carries."""
    lost = _on_lost_node
    both = [
        _fault(Case("scheduler-down", "stopped", _more, pending, birth="live"), _part(Part.SCHEDULER)),
        _fault(
            Case("controller-manager-down", "stopped", _one_lost, _fewer, birth="live"), _part(Part.CONTROLLER_MANAGER)
        ),
        Episode(Case("node-tainted", "all-workers", _one_lost, pending, birth="live"), _mark(_taint)),
        Episode(Case("node-cordoned", "all-workers", _one_lost, pending, birth="live"), _mark(_cordon)),
    ]
    kwok = [
        _fault(Case("node-not-ready", "down", _nothing, lost, birth="live"), _first(NodeDown)),
        _fault(Case("etcd-slow", "paused", _nothing, always, birth="live"), _part(Part.ETCD, Outage.PAUSED)),
        _fault(
            Case("api-server-unhealthy", "paused", _nothing, always, birth="live"),
            _part(Part.API_SERVER, Outage.PAUSED),
        ),
    ]
    return both + (kwok if provider == "kwok" else _of_kind())


def _of_kind() -> list[Episode]:
    lost, by_name = _on_lost_node, _waits_by_name
    return [
        _fault(by_name("dns-down", "scaled"), lambda node: DnsDown()),
        _fault(by_name("dns-wrong", "denies"), lambda node: DnsWrong())._replace(width=1),
        Episode(by_name("dns-wrong", "zone")._replace(held_out=True), _zone),
        _fault(
            Case("provisioner-down", "scaled", _nothing, pending, app="store", birth="born"),
            lambda node: ProvisionerDown(),
        ),
        _fault(
            Case("kubelet-stopped", "stopped", _nothing, lost, birth="live"), _service(Service.KUBELET, Halt.STOPPED)
        ),
        _fault(
            Case("kubelet-stopped", "paused", _nothing, lost, birth="live", held_out=True),
            _service(Service.KUBELET, Halt.PAUSED),
        ),
        _fault(
            Case("container-runtime-down", "stopped", _nothing, lost, birth="live"),
            _service(Service.CONTAINERD, Halt.STOPPED),
        ),
        _fault(Case("node-not-ready", "killed", _nothing, lost, birth="live"), _first(NodeDown)),
        _fault(Case("node-gone", "deleted", _nothing, _gone, birth="live"), _first(NodeDelete)),
        _fault(Case("network-partition", "node", _nothing, lost, birth="live"), _first(NodePartition)),
        _fault(
            Case("kubelet-certificate-expired", "client", _nothing, lost, birth="live"),
            _first(KubeletCertificateExpired),
        ),
        _fault(
            Case("node-pressure", "memory", _nothing, _pressed, birth="live"),
            lambda node: NodePressure(node=node, of=Resource.MEMORY),
        ),
        _fault(Case("kube-proxy-down", "stopped", _nothing, always, birth="live"), _first(KubeProxyStopped)),
    ]


def workers(client: Client) -> list[str]:
    """The nodes that are not the control plane's."""
    nodes = actions.listed(client, "nodes")
    return [each["metadata"]["name"] for each in nodes if CONTROL_PLANE not in each["metadata"].get("labels", {})]


def _fault(case: Case, fault_of: Callable[[str], Fault]) -> Episode:
    def begin(stand: Stand, draw: random.Random) -> Callable[[], None]:
        return inject(fault_of(draw.choice(workers(stand.client))), stand.record, stand.namespace)

    return Episode(case, begin)


def _waits_by_name(cause: str, way: str) -> Case:
    return Case(cause, way, _nothing, unready, app="front-by-name", birth="live")


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


def _part(part: Part, how: Outage = Outage.STOPPED) -> Callable[[str], Fault]:
    return lambda node: ComponentDown(part=part, how=how)


def _first(fault: type[Fault]) -> Callable[[str], Fault]:
    return lambda node: fault(node=node)  # type: ignore[call-arg]


def _service(service: Service, how: Halt) -> Callable[[str], Fault]:
    return lambda node: NodeServiceStop(node=node, service=service, how=how)


def _mark(patch_of: Callable[[bool, random.Random], dict[str, object]]) -> Begin:
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
