"""What holds of every recovery, whatever its moments."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

import msgspec
from drawn import runs
from hypothesis import given, settings
from hypothesis import strategies as st
from timelines import recovers

from harness.anatomy.recoveries import recoveries_of
from harness.judge import judge
from harness.model.anatomy import Anatomy, Step
from harness.model.scenario import Scenario
from harness.model.timeline import AnyEntry, Injected, Request, Undone, Written

from .told import Told, numbers, recoveries

PARTS = st.floats(0.0, 2.5, allow_nan=False).map(lambda seconds: round(seconds, 3))


PROMISE = recovers(within=10)


class Course(NamedTuple):
    """How a recovery goes: the parts between its moments, and how far it comes."""

    parts: list[float]
    stuck_at: int
    failing: float


COURSES = st.builds(
    Course, parts=st.lists(PARTS, min_size=6, max_size=6), stuck_at=st.integers(0, 9), failing=st.floats(0, 3)
)


def story_of(course: Course) -> list[AnyEntry]:
    """A pod is killed and replaced, as far as the course goes; promised are 10 s."""
    story = Told().baseline().at(4.0).kill("web-0")
    times = list(accumulate(course.parts, initial=story.t))[1:]
    tell = [
        lambda: story.endpoints("web-1", "web-2", "web-3", gone=("web-0",)),
        lambda: story.begun("web-9"),
        lambda: story.bound("web-9").drop("pods", "web-0"),
        lambda: story.pulled("web-9").started("web-9"),
        lambda: story.pod("web-9"),
        lambda: story.endpoints("web-1", "web-2", "web-3", "web-9"),
    ]
    for number, (t, deed) in enumerate(zip(times, tell, strict=True)):
        if number < course.stuck_at:
            story.at(t)
            deed()
    story.traffic(3.0, 18.0, failing=(4.0, 4.0 + course.failing))
    return story.end(22)


def shifted(entries: list[AnyEntry], by: float) -> list[AnyEntry]:
    """The same story on a clock that began earlier."""
    moved: list[AnyEntry] = []
    for entry in entries:
        fields = {"t": entry.t + by}
        if isinstance(entry, Injected | Undone | Written):
            fields["sent"] = entry.sent + by
        if isinstance(entry, Request):
            fields["began"] = entry.began + by
        moved.append(msgspec.structs.replace(entry, **fields))
    return moved


def told(course: Course) -> Anatomy:
    """The one recovery of a course."""
    (anatomy,) = recoveries(story_of(course), PROMISE)
    return anatomy


@settings(max_examples=60)
@given(COURSES)
def test_moments_are_in_order_and_none_comes_before_the_fault(course: Course) -> None:
    """Acknowledged first, then by time; causes before what they cause."""
    moments = told(course).moments
    assert moments[0].step is Step.ACKNOWLEDGED
    assert [moment.t for moment in moments] == sorted(moment.t for moment in moments)
    pod = [m.step for m in moments if m.step in (Step.REPLACED, Step.SCHEDULED, Step.IMAGE, Step.STARTED, Step.READY)]
    assert pod == sorted(pod, key=list(Step).index)
    assert len({moment.step for moment in moments}) == len(moments)


@settings(max_examples=60)
@given(COURSES)
def test_the_parts_add_up_to_the_outage(course: Course) -> None:
    """Reaction + recovery = outage, repair is within the recovery, and the chain up to the recovery is as long."""
    anatomy = told(course)
    by_name = {measure.name: measure for measure in anatomy.measures}
    if not anatomy.recovered:
        return
    outage = by_name["outage"].value
    assert abs(by_name["reaction"].value + by_name["recovery"].value - outage) < 1e-6
    assert by_name["repair"].value <= by_name["recovery"].value + 1e-6
    whole = next(moment.t for moment in anatomy.moments if moment.step is Step.RECOVERED)
    assert abs(whole - anatomy.moments[0].t - outage) < 1e-6
    assert all(measure.error >= 0 for measure in anatomy.measures)


@settings(max_examples=60)
@given(COURSES)
def test_it_is_a_bound_exactly_where_it_did_not_recover(course: Course) -> None:
    """No number is ever given for a recovery that did not come, and no bound for one that did."""
    anatomy = told(course)
    for name in ("repair", "recovery", "outage"):
        measure = anatomy.measure(name)
        assert measure is None or measure.censored is not anatomy.recovered
    assert anatomy.measure("outage") is not None
    assert anatomy.recovered is (course.stuck_at > 4 and sum(course.parts[:5]) <= 10 - 0.12)


@settings(max_examples=60)
@given(COURSES, st.floats(0, 1e4))
def test_the_clock_may_have_begun_at_any_time(course: Course, by: float) -> None:
    """The same story later on its timeline has the same numbers."""
    entries = story_of(course)
    (moved,) = recoveries(shifted(entries, by), PROMISE)
    (still,) = recoveries(entries, PROMISE)
    assert numbers(moved) == numbers(still)
    assert [m.step for m in moved.moments] == [m.step for m in still.moments]
    assert (moved.healers, moved.pod) == (still.healers, still.pod)


@settings(max_examples=60)
@given(runs())
def test_any_run_can_be_taken_apart(told: tuple[Scenario, list[AnyEntry]]) -> None:
    """Whatever happens in it and wherever it ends: in order, none before the fault, bounds where nothing recovered."""
    wanted, entries = told
    for anatomy in recoveries_of(wanted, entries, judge(wanted, entries)):
        times = [moment.t for moment in anatomy.moments]
        assert times == sorted(times)
        assert anatomy.moments[0].step is Step.ACKNOWLEDGED
        outage = anatomy.measure("outage")
        assert outage is not None
        assert outage.censored is not anatomy.recovered
        assert all(measure.value >= -1e-9 and measure.error >= 0 for measure in anatomy.measures)
