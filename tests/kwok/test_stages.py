"""The simulated kubelet plays what a real one makes of a bad pod template."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from real_runs import required

from harness.kube import actions
from harness.kube.client import Client
from harness.kube.informer import Hub
from harness.machine.clock import Monotonic
from harness.model.objects import ContainerStatus, Event, Pod

from .conftest import Watcher

pytestmark = pytest.mark.kwok

Container = dict[str, Any]
REFUSED = {"tcpSocket": {"port": 1}, "periodSeconds": 1, "failureThreshold": 1}


class Case(NamedTuple):
    """A container as its template has it, and what its status and its Events must come to."""

    container: Container
    shows: Callable[[ContainerStatus], bool]
    event: str = ""


def _sleeps(seconds: int, timeout: int) -> dict[str, Any]:
    return {"exec": {"command": ["sleep", str(seconds)]}, "timeoutSeconds": timeout, "periodSeconds": 1}


def _waits(reason: str) -> Callable[[ContainerStatus], bool]:
    return lambda status: status.state.waiting is not None and status.state.waiting.reason == reason


def _ended(exit_code: int, reason: str) -> Callable[[ContainerStatus], bool]:
    def shows(status: ContainerStatus) -> bool:
        last = status.last_state.terminated
        return status.restart_count > 0 and last is not None and (last.exit_code, last.reason) == (exit_code, reason)

    return shows


def _runs(*, ready: bool) -> Callable[[ContainerStatus], bool]:
    return lambda status: status.state.running is not None and status.ready is ready


def _env(source: str) -> list[dict[str, Any]]:
    return [{"name": "X", "valueFrom": {source: {"name": "absent", "key": "no-such-key"}}}]


def _exits(seconds: int) -> list[str]:
    return ["sh", "-c", f"sleep {seconds}; exit 7"]


CASES = {
    "image-missing": Case(
        {"image": "localhost:10248/no-such-image:1"}, _waits("ImagePullBackOff"), "no-such-image:1: not found"
    ),
    "image-denied": Case({"image": "localhost:31234/denied-image:1"}, _waits("ImagePullBackOff"), "403 Forbidden"),
    "local-registry": Case({"image": "localhost:5001/web:1"}, _runs(ready=True)),
    "config-map": Case({"env": _env("configMapKeyRef")}, _waits("CreateContainerConfigError")),
    "secret": Case({"env": _env("secretKeyRef")}, _waits("CreateContainerConfigError")),
    "command": Case({"command": ["/no-such-program"]}, _ended(128, "StartError"), "Back-off restarting"),
    "crash": Case({"command": _exits(0)}, _ended(7, "Error"), "Back-off restarting"),
    "crash-in-between": Case({"command": _exits(600)}, _runs(ready=True)),
    "crash-never-ready": Case({"command": _exits(600), "readinessProbe": {"grpc": {"port": 80}}}, _runs(ready=False)),
    "readiness-refused": Case({"readinessProbe": REFUSED}, _runs(ready=False), "Readiness probe failed"),
    "readiness-timeout": Case({"readinessProbe": _sleeps(60, 1)}, _runs(ready=False), "Readiness probe failed"),
    "readiness-slow": Case({"readinessProbe": _sleeps(1, 3)}, _runs(ready=True)),
    "liveness-refused": Case({"livenessProbe": REFUSED}, _ended(137, "Error"), "Liveness probe failed"),
    "startup-refused": Case({"startupProbe": REFUSED}, _ended(137, "Error"), "Startup probe failed"),
}


@pytest.fixture(scope="module")
def played(client: Client) -> Iterator[Watcher]:
    """One pod of each case, with a healthy container beside the bad one, watched from before they exist."""
    namespace, watcher, hub = "t-stages", Watcher(), Hub(client, Monotonic())
    actions.create_namespace(client, namespace, {"healproof.dev/run": "tests"})
    hub.subscribe(["pods", "events"], namespace, watcher.show)
    hub.wait_synced(["pods", "events"], 10)
    for name, case in CASES.items():
        containers = [{"name": "bad", "image": "web", **case.container}, {"name": "good", "image": "side"}]
        manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": containers}}
        actions.apply(client, manifest, namespace)
    yield watcher
    hub.close()
    actions.delete_namespace(client, namespace)


@pytest.mark.parametrize("name", CASES)
def test_a_bad_template_comes_to_what_a_real_kubelet_makes_of_it(played: Watcher, name: str) -> None:
    """Reasons, exit codes, restarts and Events are those that verdicts read, and a healthy sidecar stays as it is."""
    case = CASES[name]
    statuses = required(lambda: _when(played, name, case.shows), f"{name} to show", 20)
    assert [statuses["good"].ready, statuses["good"].restart_count] == [True, 0]
    if case.event:
        assert required(lambda: _told(played, name, case.event) or None, f"an Event of {name}", 20)


def _when(played: Watcher, name: str, shows: Callable[[ContainerStatus], bool]) -> dict[str, ContainerStatus] | None:
    pod = played.objects.get(f"pods/{name}")
    statuses = {status.name: status for status in pod.status.container_statuses} if isinstance(pod, Pod) else {}
    return statuses if statuses and shows(statuses["bad"]) else None


def _told(played: Watcher, name: str, words: str) -> bool:
    events = [thing for thing in list(played.objects.values()) if isinstance(thing, Event)]
    return any(event.involved_object.name == name and words in event.message for event in events)
