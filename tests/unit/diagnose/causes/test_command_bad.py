"""When a command that cannot be run is named."""

from __future__ import annotations

import pytest

from diagnose.asked import first, suspicions
from diagnose.scenes import crashing, deployment, node, pod, running, scene, unready, waiting

SAID = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
    'unable to start container process: error during container init: exec: "/no-such": stat /no-such: '
    "no such file or directory"
)


@pytest.mark.parametrize(
    "status",
    [
        crashing(128, reason="StartError", message=SAID),
        waiting("RunContainerError", SAID),
        crashing(127),
        crashing(126),
    ],
    ids=["start-error", "run-error", "not-found", "not-executable"],
)
def test_a_program_that_cannot_be_run_is_named(status: dict[str, object]) -> None:
    """By the runtime's own words, or by the exit codes that shells reserve for it."""
    found = first(scene(deployment(pod("web-1", status=unready(status))), node()))
    assert (found.cause, found.layer, found.object) == ("command-bad", "configuration", "deployment/web")
    assert found.confidence >= 0.8


def test_a_program_that_runs_and_fails_is_another_thing() -> None:
    """Exit code 1 is the program's own."""
    assert suspicions(scene(deployment(pod("web-1", status=unready(crashing(1)))), node()), "command-bad") == []


def test_a_start_error_that_was_got_over_is_past() -> None:
    """The container runs."""
    status = running(lastState=crashing(128, reason="StartError", message=SAID)["lastState"], restartCount=1)
    assert (
        suspicions(scene(deployment(pod("web-1", status={"containerStatuses": [status]})), node()), "command-bad") == []
    )
