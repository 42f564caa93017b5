"""What the promise `never-below` means."""

from __future__ import annotations

import pytest
from timelines import WEB, Story

from harness.expect.never_below import NeverBelow
from harness.model.units import Ref
from harness.model.verdict import Outcome

from .said import finding, measures


def story() -> Story:
    """The first of four pods was deleted at 4 s."""
    return Story().baseline().at(4.0).kill("web-0")


@pytest.mark.parametrize(("floor", "outcome"), [(3, Outcome.PASSED), (4, Outcome.FAILED)])
def test_the_lowest_moment_decides(floor: int, outcome: Outcome) -> None:
    """Three of four are enough for a floor of three and not for one of four."""
    found = finding(NeverBelow(of=WEB, ready=floor), story().heal("web-0", "web-9", 6.0).end(10))
    assert found.outcome is outcome
    assert measures(found) == {"lowest ready": (3, 0, False)}


def test_a_fall_is_told_when_it_happens_and_with_what_lacked() -> None:
    """The finding carries the moment, the number and the state of every pod then."""
    found = finding(NeverBelow(of=WEB, ready=4), story().heal("web-0", "web-9", 6.0).end(10))
    assert (found.at, found.difference) == (4.12, "1 ready pods too few")
    assert "pod web-0 on node-1: terminating, ready" in found.last_seen


def test_what_was_before_the_fault_does_not_count() -> None:
    """The pods were not ready while the workload came up."""
    assert finding(NeverBelow(of=WEB, ready=4), Story().baseline().end(9), faults=[]).outcome is Outcome.PASSED


def test_without_a_fault_phase_nothing_is_said() -> None:
    """A workload that was never watched has no lowest number."""
    assert finding(NeverBelow(of=WEB, ready=1), Story().end(9)).outcome is Outcome.INCONCLUSIVE


def test_only_what_keeps_pods_is_accepted() -> None:
    """A Service keeps none."""
    assert "service/web" in NeverBelow(of=Ref("service/web"), ready=1).refuse()
    assert NeverBelow(of=WEB, ready=1).refuse() == ""
