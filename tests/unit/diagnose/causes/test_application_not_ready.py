"""When a program that says itself that it is not well is named."""

from __future__ import annotations

import pytest

from diagnose.asked import first, suspicions
from diagnose.scenes import Document, container, deployment, event, log, node, pod, running, scene, unready

HTTP = {"httpGet": {"port": 8080, "path": "/ready"}}


def unwell(message: str, since_seconds: float = 3600) -> list[Document]:
    """A workload that runs for so long and whose readiness probe fails with this message."""
    status = {**running(since_seconds=since_seconds), "ready": False}
    one = pod("web-1", status=unready(status), containers=[container(readinessProbe=HTTP)])
    return [*deployment(one), node(), event(one, "Unhealthy", f"Readiness probe failed: {message}")]


@pytest.mark.parametrize("code", [500, 503])
def test_an_error_status_is_the_applications_own_word(code: int) -> None:
    """It is named with what its log says."""
    found = first(
        scene(*unwell(f"HTTP probe failed with statuscode: {code}"), logs=[log("web-1", "error: no migrations")])
    )
    assert (found.cause, found.layer, found.object) == ("application-not-ready", "application", "pod/web-1")
    assert found.confidence >= 0.7
    assert any("no migrations" in each for each in found.evidence)


def test_a_program_that_runs_for_long_and_listens_nowhere_is_named_with_less() -> None:
    """The port is among those that it says it offers."""
    found = suspicions(scene(*unwell("dial tcp 10.244.1.7:8080: connect: connection refused")), "application-not-ready")
    assert [each.confidence for each in found] == [0.55]


def test_a_program_that_just_starts_is_not_unwell() -> None:
    """It does not listen yet."""
    documents = unwell("dial tcp 10.244.1.7:8080: connect: connection refused", since_seconds=5)
    assert suspicions(scene(*documents), "application-not-ready") == []


def test_a_path_that_it_does_not_know_is_the_probes_fault() -> None:
    """404 is not the application's word on its health."""
    assert suspicions(scene(*unwell("HTTP probe failed with statuscode: 404")), "application-not-ready") == []
