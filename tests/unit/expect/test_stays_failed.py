"""What the promise `stays-failed` means."""

from __future__ import annotations

import pytest
from cases import volume_full
from timelines import WEB, Story, pod_delete

from harness.expect.stays_failed import StaysFailed
from harness.model.units import Ref, Seconds
from harness.model.verdict import Outcome

from .said import finding, measures

PROMISE = StaysFailed(of=WEB, within=Seconds(5), lasts=Seconds(5))


def failed(at: float) -> Story:
    """A fault at 4 s that a pod notices."""
    return volume_full().at(at).pod("web-0", ready=False)


@pytest.mark.parametrize(("at", "outcome"), [(9.0, Outcome.PASSED), (9.001, Outcome.FAILED)])
def test_it_must_break_in_time(at: float, outcome: Outcome) -> None:
    """Broken with the deadline is in time."""
    assert finding(PROMISE, failed(at).end(20)).outcome is outcome


@pytest.mark.parametrize(("at", "outcome"), [(10.999, Outcome.FAILED), (11.0, Outcome.PASSED)])
def test_it_must_stay_so(at: float, outcome: Outcome) -> None:
    """Healing before the time is over breaks the promise, after it does not."""
    found = finding(PROMISE, failed(6.0).at(at).pod("web-0").end(20))
    assert found.outcome is outcome
    assert measures(found)["failed for"][0] == pytest.approx(at - 6.0, abs=0.01)


@pytest.mark.parametrize(("undo_at", "outcome"), [(10.9, Outcome.INCONCLUSIVE), (11.0, Outcome.PASSED)])
def test_an_undo_ends_what_can_be_said(undo_at: float, outcome: Outcome) -> None:
    """A fault that ended too early proves neither."""
    assert finding(PROMISE, failed(6.0).undo(undo_at).at(12.0).pod("web-0").end(20, undone=None)).outcome is outcome


def test_the_last_of_several_faults_is_meant() -> None:
    """That an earlier fault healed is no broken promise."""
    story = Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 6.0).undo(7.0)
    story.at(8.0).kill("web-1", index=1).at(9.0).drop("pods", "web-1")
    faults = [pod_delete(lasts=Seconds(3)), pod_delete(4)]
    assert finding(PROMISE, story.end(20, undone=(1,)), faults=faults).outcome is Outcome.PASSED


def test_without_a_fault_it_must_be_broken() -> None:
    """Nothing was to fail: a promise of failure that is kept then would be an alarm."""
    assert finding(PROMISE, Story().baseline().end(20), faults=[]).outcome is Outcome.FAILED
    fails_all_the_same = Story().baseline().at(4.0).pod("web-0", ready=False).end(20)
    assert finding(PROMISE, fails_all_the_same, faults=[]).outcome is Outcome.PASSED


def test_what_the_watch_did_not_see_breaks_no_promise() -> None:
    """It may have failed while nobody looked."""
    story = volume_full().at(8.0).gap("pods", 5.0)
    assert finding(PROMISE, story.end(20)).outcome is Outcome.INCONCLUSIVE


def test_a_service_would_stay_failed_for_ever() -> None:
    """What has no health is refused."""
    assert "service/web" in StaysFailed(of=Ref("service/web"), within=Seconds(1), lasts=Seconds(1)).refuse()
    assert PROMISE.refuse() == ""
