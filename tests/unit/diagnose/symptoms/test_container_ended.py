"""Which ends of containers count, and which go on happening."""

from __future__ import annotations

import pytest

from diagnose.asked import symptoms
from diagnose.scenes import Document, crashing, ended, pod, running, scene, unready


def told(status: Document, **spec: object) -> list[tuple[str, str, bool]]:
    """Whether it is down, whether it recurs, whether it is trouble."""
    one = pod("web-1", status={"containerStatuses": [status]}, **spec)
    return [(s.facts["down"], s.facts["recurring"], s.trouble) for s in symptoms(scene(one), "container-ended")]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (crashing(1, restarts=5), [("true", "true", True)]),
        (crashing(1, restarts=1), [("true", "false", True)]),
        (running(since_seconds=3, restartCount=5, lastState=ended(1, lived=4)), [("false", "true", True)]),
        (running(since_seconds=300, restartCount=5, lastState=ended(1, ago_seconds=310)), [("false", "false", False)]),
        (
            running(since_seconds=70, restartCount=5, lastState=ended(1, lived=100, ago_seconds=71)),
            [("false", "true", True)],
        ),
        (running(since_seconds=3, restartCount=1, lastState=ended(1)), [("false", "false", False)]),
        (running(since_seconds=4000, restartCount=5, lastState=ended(1, ago_seconds=4010)), []),
        (running(), []),
    ],
    ids=["loop", "first", "between", "got-over", "longer-lives", "once", "long-ago", "never"],
)
def test_an_end_counts_while_it_goes_on(status: Document, expected: list[tuple[str, str, bool]]) -> None:
    """Down now, or down again and again with no run that outlasts the one before by far."""
    assert told(status) == expected


def test_a_program_that_may_end_well_has_ended_well() -> None:
    """A Job's container ends with 0; a Deployment's should not."""
    status = {"name": "main", "state": ended(0, reason="Completed")}
    assert told(status, restartPolicy="OnFailure") == []
    assert len(told(status)) == 1


def test_the_facts_tell_how_it_ended() -> None:
    """Exit code, reason, how long it lived, how long ago."""
    one = pod("web-1", status=unready(crashing(7, lived=9, ago_seconds=33)))
    (found,) = symptoms(scene(one), "container-ended")
    facts = found.facts
    assert (facts["exit-code"], facts["lived-seconds"], facts["ended-seconds-ago"]) == ("7", "9", "33")
