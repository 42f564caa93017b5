"""Promise: a busy node is suspected where pods on it answer late, and not merely for being busy."""

from __future__ import annotations

from diagnose.asked import suspicions
from diagnose.scenes import container, deployment, event, node, pod, scene, unready
from harness.model.scene import Look, Scene

LATE = (
    'Readiness probe failed: Get "http://10.244.1.7:8080/": '
    "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
)


def at(cpu: str, *, late: bool) -> Scene:
    """A node of 4 cores that uses this many, with a pod that is late or well."""
    main = container(readinessProbe={"httpGet": {"path": "/", "port": 8080}})
    state = {"name": "main", "ready": False, "state": {"running": {}}}
    web = pod("web-1", containers=[main], status=unready(state) if late else None)
    events = [event(web, "Unhealthy", LATE)] if late else []
    return scene(node(), deployment(web), *events, looks=[Look(kind="usage", about="node/worker", facts={"cpu": cpu})])


def test_late_answers_on_a_busy_node_suspect_it() -> None:
    """All of its four cores are used."""
    (found,) = suspicions(at("3.97", late=True), "node-cpu-busy")
    assert found.object == "node/worker"
    assert found.explains == ["pod/web-1"]


def test_a_node_with_idle_time_is_not_suspected() -> None:
    """Its pods are late for another reason."""
    assert suspicions(at("500m", late=True), "node-cpu-busy") == []


def test_a_busy_node_whose_pods_are_in_time_is_well_used() -> None:
    """Nothing is wrong."""
    assert suspicions(at("3.97", late=False), "node-cpu-busy") == []
