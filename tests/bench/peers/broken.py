"""The four ways in which a recovery is really broken, done between the baseline and the kill.

As a program (`python -m tests.bench.peers.broken KUBECONFIG NAMESPACE CASE`) it does one of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from harness.machine.clock import wait_until
from tests.bench.peers.workload import REPLICAS
from tests.bench.wire import MERGE, Wire


def config_gone(wire: Wire, namespace: str) -> None:
    """The ConfigMap that every new pod needs is deleted."""
    wire.ask("DELETE", f"/api/v1/namespaces/{namespace}/configmaps/web")


def quota(wire: Wire, namespace: str) -> None:
    """A quota allows one pod less than there are."""
    path = f"/api/v1/namespaces/{namespace}/resourcequotas"
    spec = {"hard": {"pods": str(REPLICAS - 1)}}
    wire.ask("POST", path, {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "web"}, "spec": spec})
    wait_until(lambda: "used" in wire.ask("GET", f"{path}/web").get("status", {}), timeout_seconds=10)


def scaled_down(wire: Wire, namespace: str) -> None:
    """Somebody asks for one pod less."""
    body = {"spec": {"replicas": REPLICAS - 1}}
    wire.ask("PATCH", f"/apis/apps/v1/namespaces/{namespace}/deployments/web", body, MERGE)


def dies_later(wire: Wire, namespace: str) -> None:
    """Every new pod is ready for three seconds and then dies."""
    wire.ask("PATCH", f"/api/v1/namespaces/{namespace}/configmaps/web", {"data": {"dies": "yes"}}, MERGE)


CASES: dict[str, Callable[[Wire, str], None]] = {
    "ConfigMap gone": config_gone,
    "quota 3 of 4": quota,
    "scaled to 3": scaled_down,
    "ready 3 s, then dies": dies_later,
}

if __name__ == "__main__":
    CASES[sys.argv[3]](Wire(sys.argv[1]), sys.argv[2])
