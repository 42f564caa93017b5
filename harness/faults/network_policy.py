"""A NetworkPolicy that denies everything."""

from __future__ import annotations

import secrets
from typing import ClassVar, NamedTuple

from harness.damage.addition import Addition
from harness.damage.containers import find_running, pids
from harness.damage.plan import Injection, Plan, Stepwise, seen
from harness.damage.site import Site
from harness.kube import actions
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.objects import Pod
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.model.units import Selector
from harness.registry import FAULTS

# $1 process of the client, $2 address, $3 port: bash itself connects, from the client's own network
_CONNECT = 'timeout 2 nsenter -t "$1" -n bash -c "exec 3<>/dev/tcp/$2/$3"'


class _Path(NamedTuple):
    """From one pod's network to a port of another pod."""

    client: str
    node: str
    container: str
    server: str
    ip: str
    port: int


@FAULTS.enter("network-policy")
class NetworkPolicy(Stepwise, frozen=True, kw_only=True):
    """Adds a NetworkPolicy that lets nothing in or out of the pods that `select` matches (default: all of them).

    Only a cluster whose network enforces NetworkPolicies drops anything: kind's own kindnet does, the network of the
    node image that healproof builds where no registry answers does not. Evidence: a connection from the network of
    one pod to a port of another, which worked before, is dropped. Undo: the policy is removed.
    """

    needs = frozenset({Capability.POD_NETWORK, Capability.CONTAINERS, Capability.NODE_EXEC, Capability.NETWORK_POLICY})
    heals: ClassVar[str] = "nobody while the policy is there"
    example: ClassVar[Example] = Example({}, Effect.HARMLESS)

    select: Selector | None = None

    def plan(self, site: Site) -> Plan:
        """Choose two pods between which the connection is tried."""
        policy = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": f"healproof-deny-{secrets.token_hex(3)}"},
            "spec": {
                "podSelector": {"matchLabels": self.select.labels if self.select else {}},
                "policyTypes": ["Ingress", "Egress"],
            },
        }
        step = Addition(deed="deny all traffic by", manifest=policy, namespace=site.namespace)
        return Plan(namespace=site.namespace, steps=[step], facts={"path": list(self._path(site))})

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Deny, once it is known that the connection works."""
        way = _Path(*plan.facts["path"])
        if not _connects(site, way):
            raise InjectionFailed(f"{way.client} cannot reach {way.server} port {way.port} even before the fault")
        return super().inject(site, plan)

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Connect again."""
        way = _Path(*plan.facts["path"])
        words = f"{way.client} to {way.server} port {way.port}"

        def look() -> tuple[bool, str]:
            if _connects(site, way):
                return False, f"{words} still connects: this cluster's network does not enforce NetworkPolicy"
            return True, f"{words} is dropped"

        return seen(site, index, "a connection between two pods", look, within_seconds=8.0)

    def _path(self, site: Site) -> _Path:
        pods = [pod for pod in site.picture.pods() if pod.ready and pod.active]
        denied = [pod for pod in pods if self.select is None or self.select.matches(pod.metadata.labels)]
        for server in denied:
            port = _port(site, server)
            clients = [pod for pod in pods if pod.metadata.uid != server.metadata.uid]
            if port and clients:
                client = find_running(clients[0])
                name = server.metadata.name
                return _Path(client.pod, client.node, client.id, name, server.status.pod_ip, port)
        raise InjectionFailed(f"no two ready pods of {site.namespace} between which a connection could be tried")


def _port(site: Site, pod: Pod) -> int:
    """The first TCP port that the pod declares, or 0."""
    spec = actions.get(site.client, "pods", pod.metadata.name, site.namespace)["spec"]
    ports = [port for container in spec["containers"] for port in container.get("ports", [])]
    return next((int(port["containerPort"]) for port in ports if port.get("protocol", "TCP") == "TCP"), 0)


def _connects(site: Site, way: _Path) -> bool:
    process = pids(site, way.node).get(way.container)
    if process is None:
        raise InjectionFailed(f"pod {way.client} stopped running")
    argv = ["sh", "-c", _CONNECT, "sh", process, way.ip, str(way.port)]
    return site.node_exec(way.node, argv).code == 0
