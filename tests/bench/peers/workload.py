"""The workload that every tool is given: Deployment `web` of four pods, put up through plain requests."""

from __future__ import annotations

from typing import Any

from harness.machine.clock import wait_until
from tests.bench.truth import Truth
from tests.bench.wire import APPLY, Refused, Wire

REPLICAS = 4
READY_SECONDS_MAX = 120.0
IMAGE = "registry.k8s.io/e2e-test-images/agnhost:2.63.0"
_SERVE = "/agnhost netexec --http-port=8080"
_COMMAND = f'if [ "$DIES" = yes ]; then {_SERVE} & sleep 4; exit 1; fi; exec {_SERVE}'
"""A pod that is made while the ConfigMap says so is ready for about three seconds and then dies, again and again."""


def manifests() -> list[dict[str, Any]]:
    """The ConfigMap first, so that the first pods find it."""
    labels = {"app": "web"}
    dies = {"name": "DIES", "valueFrom": {"configMapKeyRef": {"name": "web", "key": "dies"}}}
    container = {
        "name": "web",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sh", "-c", _COMMAND],
        "env": [dies],
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1},
    }
    template = {"metadata": {"labels": labels}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [container]}}
    spec = {"replicas": REPLICAS, "selector": {"matchLabels": labels}, "template": template}
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"dies": "no"}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec},
    ]


def put_up(wire: Wire, truth: Truth, namespace: str) -> None:
    """The workload in a namespace, made if it is not there, and all of it ready."""
    settings, deployment = manifests()
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    wire.ask("PATCH", f"/api/v1/namespaces/{namespace}?fieldManager=bench", body, APPLY)
    wire.ask("PATCH", f"/api/v1/namespaces/{namespace}/configmaps/web?fieldManager=bench", settings, APPLY)
    wire.ask("PATCH", f"/apis/apps/v1/namespaces/{namespace}/deployments/web?fieldManager=bench", deployment, APPLY)
    await_whole(truth, namespace)


def await_whole(truth: Truth, namespace: str) -> None:
    """Wait until all pods are ready and none of the old ones is left."""
    if not truth.wait(lambda: truth.standing(namespace) == (REPLICAS, REPLICAS), READY_SECONDS_MAX):
        raise TimeoutError(f"{namespace}: {truth.standing(namespace)} pods ready and there, wanted {REPLICAS}")


def await_gone(truth: Truth, namespace: str) -> None:
    """Wait until no pod is left, so that the next tool has the machine for itself."""
    truth.wait(lambda: truth.standing(namespace)[1] == 0, READY_SECONDS_MAX)


def take_down(wire: Wire, namespace: str) -> None:
    """Remove the namespace and wait until it is gone, so that the next tool has the machine for itself."""
    path = f"/api/v1/namespaces/{namespace}"

    def gone() -> bool:
        try:
            wire.ask("GET", path)
        except Refused:
            return True
        return False

    if not gone():
        wire.ask("DELETE", path)
        wait_until(gone, timeout_seconds=READY_SECONDS_MAX)
