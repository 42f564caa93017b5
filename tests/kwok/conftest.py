from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from real_runs import Ground

from harness.kube import actions
from harness.kube.client import Client
from harness.kube.informer import Hub, Observed
from harness.kube.reflector import meta_of
from harness.machine.clock import Monotonic
from harness.model.cluster import ClusterRecord
from harness.model.objects import Lean, Pod


class Watcher:
    """A subscriber that keeps what it saw and what exists."""

    def __init__(self) -> None:
        self.seen: list[Observed] = []
        self.objects: dict[str, Lean] = {}
        self._changed = threading.Condition()

    def show(self, observed: Observed) -> None:
        with self._changed:
            self.seen.append(observed)
            if isinstance(observed.object, Lean):
                key = f"{observed.resource}/{meta_of(observed.object).name}"
                if observed.op == "deleted":
                    self.objects.pop(key, None)
                else:
                    self.objects[key] = observed.object
            self._changed.notify_all()

    def wait(self, predicate: Callable[[], bool], seconds: float = 20.0) -> bool:
        with self._changed:
            return self._changed.wait_for(predicate, seconds)

    def ready_pods(self) -> list[Pod]:
        pods = [thing for thing in self.objects.values() if isinstance(thing, Pod)]
        return [pod for pod in pods if pod.ready and not pod.terminating]


@pytest.fixture(scope="session")
def cluster(kwok_ground: Ground) -> ClusterRecord:
    """A kwok cluster of this session's own, in a state folder of its own."""
    return kwok_ground.record


@pytest.fixture(scope="session")
def client(kwok_ground: Ground) -> Client:
    return kwok_ground.client


@pytest.fixture
def namespace(client: Client, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"t-{abs(hash(request.node.name)) % 10**8}"
    actions.create_namespace(client, name, {"healproof.dev/run": "tests"})
    yield name
    actions.delete_namespace(client, name)


@pytest.fixture
def hub(client: Client) -> Iterator[Hub]:
    hub = Hub(client, Monotonic())
    yield hub
    hub.close()


@pytest.fixture
def web(client: Client, namespace: str, hub: Hub) -> Watcher:
    """A Deployment of four pods, watched until they are ready."""
    watcher = Watcher()
    hub.subscribe(["pods", "deployments", "nodes"], namespace, watcher.show)
    hub.wait_synced(["pods", "deployments", "nodes"], 10)
    actions.apply(client, deployment(4), namespace)
    assert watcher.wait(lambda: len(watcher.ready_pods()) == 4)
    return watcher


def deployment(replicas: int) -> dict[str, object]:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web"}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template},
    }
