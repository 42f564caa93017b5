"""When a program that is there and does not answer is named."""

from __future__ import annotations

from diagnose.asked import first, suspicions
from diagnose.scenes import Document, changed, container, deployment, event, node, pod, running, scene, unready
from harness.model.scene import Look

HTTP = {"httpGet": {"port": 8080}}
SILENT = 'Get "http://10.244.1.7:8080/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'


def hanging(message: str = SILENT, probe: Document | None = None, where: Document | None = None) -> list[Document]:
    """A workload that runs and whose readiness probe times out."""
    one = pod(
        "web-1", status=unready({**running(), "ready": False}), containers=[container(readinessProbe=probe or HTTP)]
    )
    return [*deployment(one), where or node(), event(one, "Unhealthy", f"Readiness probe failed: {message}")]


def test_a_program_that_takes_connections_and_answers_none_is_named() -> None:
    """The kubelet waited for headers in vain."""
    found = first(scene(*hanging()))
    assert (found.cause, found.layer, found.object) == ("application-hang", "application", "pod/web-1")
    assert found.confidence >= 0.75


def test_a_process_that_is_seen_stopped_is_certain() -> None:
    """State T on its node."""
    look = Look(kind="container-process", about="pod/web-1/main", facts={"state": "T"}, source="/proc on worker")
    found = first(scene(*hanging(), looks=[look]))
    assert (found.cause, found.confidence) == ("application-hang", 0.95)


def test_a_process_that_runs_is_not_seen_stopped() -> None:
    """State S is how a program waits for requests."""
    look = Look(kind="container-process", about="pod/web-1/main", facts={"state": "S"})
    one = pod("web-1")
    assert suspicions(scene(deployment(one), node(), looks=[look]), "application-hang") == []


def test_a_node_that_is_away_makes_it_less_likely() -> None:
    """Then it is the node that does not answer."""
    away = changed(node(), {"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}})
    found = suspicions(scene(*hanging(where=away)), "application-hang")
    assert found[0].confidence == 0.5
    assert found[0].contradicts == ["node worker is not ready"]


def test_a_command_that_takes_too_long_is_another_thing() -> None:
    """A stopped program does not keep another command from running in its container."""
    documents = hanging('command timed out: "sleep 60" timed out after 1s', {"exec": {"command": ["sleep", "60"]}})
    assert suspicions(scene(*documents), "application-hang") == []


def test_a_refused_connection_is_another_thing() -> None:
    """Nobody listens: the program is not there or not up."""
    documents = hanging("dial tcp 10.244.1.7:8080: connect: connection refused")
    assert suspicions(scene(*documents), "application-hang") == []
