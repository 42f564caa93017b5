"""What the promise `recovers` means, to the tenth of a second."""

from __future__ import annotations

import pytest
from timelines import Story, pod_delete, recovers, scenario

from harness.model.errors import BadInput
from harness.model.timeline import Stalled
from harness.model.units import Ref, Seconds
from harness.model.verdict import Outcome

from .said import finding, measures


def killed() -> Story:
    """The first pod was deleted at 4 s."""
    return Story().baseline().at(4.0).kill("web-0")


def test_the_recovery_begins_with_the_stretch_that_holds() -> None:
    """Time counts from the acknowledgement to the start of the stretch; the error holds the call and the watch."""
    found = finding(recovers(), killed().heal("web-0", "web-9", 6.5).end(12))
    assert (found.outcome, found.at) == (Outcome.PASSED, 6.5)
    assert measures(found) == {"recovery": (2.5, 0.14, False)}


@pytest.mark.parametrize(
    ("since", "until", "more"), [(6.2, 6.6, 0.3), (6.2, 6.45, 0.3), (5.0, 5.5, 0.0), (6.6, 7.0, 0.0), (6.2, 6.35, 0.0)]
)
def test_what_was_seen_right_after_a_stall_may_be_older(since: float, until: float, more: float) -> None:
    """The harness slept when the stretch began, or had just woken: the error bar holds the sleep, and no other."""
    story = killed().heal("web-0", "web-9", 6.5).at(max(6.5, until)).say(Stalled(t=until, since=since))
    assert measures(finding(recovers(), story.end(12)))["recovery"] == (2.5, 0.14 + more, False)


@pytest.mark.parametrize(("ready_at", "outcome"), [(24.0, Outcome.PASSED), (24.001, Outcome.FAILED)])
def test_the_stretch_must_begin_by_the_deadline(ready_at: float, outcome: Outcome) -> None:
    """Ready with the deadline is in time, a millisecond later is not; the hold may end after it."""
    assert finding(recovers(within=20), killed().heal("web-0", "web-9", ready_at).end(35)).outcome is outcome


@pytest.mark.parametrize(("breaks_at", "outcome"), [(8.999, Outcome.FAILED), (9.001, Outcome.PASSED)])
def test_the_stretch_must_last_the_hold(breaks_at: float, outcome: Outcome) -> None:
    """What breaks within the hold has not recovered, what breaks after it has."""
    story = killed().heal("web-0", "web-9", 6.0).at(breaks_at).pod("web-9", ready=False)
    assert finding(recovers(hold=3), story.end(35)).outcome is outcome


@pytest.mark.parametrize(
    ("ready_for", "dies_at", "outcome"),
    [(2.5, 14.9, Outcome.FAILED), (2.5, 15.1, Outcome.PASSED), (1.0, 13.1, Outcome.PASSED)],
)
def test_who_relapsed_must_hold_for_twice_as_long(ready_for: float, dies_at: float, outcome: Outcome) -> None:
    """What was ready for 2.5 s and died needs 5 s of its second life although the hold is 3; a flicker adds nothing."""
    story = killed().heal("web-0", "web-9", 5.0).at(5.0 + ready_for).pod("web-9", ready=False)
    story.at(10.0).pod("web-9").at(dies_at).pod("web-9", ready=False)
    found = finding(recovers(within=8, hold=3), story.end(35))
    assert found.outcome is outcome
    assert ("relapsed after 2.50 s, and has held for 5.00 s now" in found.text) == (dies_at == 15.1)


def test_a_deadline_that_passed_is_a_bound_and_no_value() -> None:
    """The measure says "longer than", the text what lacked in the end."""
    found = finding(recovers(), killed().at(5.0).drop("pods", "web-0").end(30))
    assert (found.outcome, found.at) == (Outcome.FAILED, 24.0)
    assert measures(found) == {"recovery": (20.0, 0.0, True)}
    assert found.difference == "deployment/web has 3 of 4 pods ready"


def test_what_lacked_is_said_although_it_healed_later() -> None:
    """A failure that is over when it is noticed still says what was wrong."""
    found = finding(recovers(), killed().at(5.0).drop("pods", "web-0").at(25.0).pod("web-9").end(30))
    assert found.difference == "deployment/web has 3 of 4 pods ready"


def test_the_clock_runs_from_the_last_of_several_faults() -> None:
    """Whatever came before it, the last injection is what must be recovered from."""
    story = killed().heal("web-0", "web-8", 6.0).at(14.0).kill("web-1", index=1).heal("web-1", "web-9", 16.0)
    found = finding(recovers(), story.end(25, undone=(0, 1)), faults=[pod_delete(), pod_delete(10)])
    assert measures(found)["recovery"][0] == 2.0


def test_from_undo_the_clock_runs_from_the_undo() -> None:
    """Until then it may be broken as long as it likes."""
    story = killed().at(5.0).drop("pods", "web-0").undo(60).at(61.0).pod("web-9")
    found = finding(recovers(since="undo"), story.end(70, undone=None))
    assert (found.outcome, measures(found)["recovery"][0]) == (Outcome.PASSED, 0.99)


def test_without_an_undo_nothing_is_said_of_it() -> None:
    """No undo was seen, so no clock ever ran."""
    found = finding(recovers(since="undo"), killed().heal("web-0", "web-9", 6.0).end(20, undone=None))
    assert (found.outcome, found.text) == (Outcome.INCONCLUSIVE, "no undo was seen")


def test_an_end_before_the_deadline_decides_nothing() -> None:
    """Not recovered yet is not the same as not recovered."""
    found = finding(recovers(), killed().at(5.0).drop("pods", "web-0").end(14))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert measures(found) == {"recovery": (10.0, 0.0, True)}


@pytest.mark.parametrize(
    ("fields", "wrong"), [({"of": Ref("service/web")}, "'service/web'"), ({"hold": 0.5}, "hold: 500ms")]
)
def test_what_cannot_be_judged_is_refused(fields: dict[str, object], wrong: str) -> None:
    """A Service has no health, and a hold shorter than the watch's delay holds nothing; Python is told as YAML is."""
    promise = recovers(**fields)  # type: ignore[arg-type]
    assert wrong in promise.refuse()
    with pytest.raises(BadInput, match=r"scenario planted: recovers: .* is not accepted"):
        scenario(promise)
    assert recovers(hold=1.0, of=Ref("node/a")).refuse() == ""
    assert recovers().hold == Seconds(3)
