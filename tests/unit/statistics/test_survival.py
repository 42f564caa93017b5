"""What is promised of times that were partly never seen to end."""

from __future__ import annotations

import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.statistics.survival import Step, Time, kaplan_meier, quantile

SECONDS = st.integers(0, 40).map(lambda tenths: tenths / 4)
TIMES = st.lists(st.builds(Time, SECONDS, st.booleans()), min_size=1, max_size=30)
MEDIAN, P95 = Fraction(1, 2), Fraction(95, 100)


def test_a_worked_example() -> None:
    """Six times, two of them censored, by hand: 5/6 are left after 1, after 3 5/6 · 3/4, after 4 · 2/3, after 6 none.

    At 2 one leaves without having happened, so four are at risk at 3.
    """
    times = [Time(1), Time(2, censored=True), Time(3), Time(4), Time(5, censored=True), Time(6)]
    assert kaplan_meier(times) == [
        Step(1, Fraction(5, 6)),
        Step(3, Fraction(5, 8)),
        Step(4, Fraction(5, 12)),
        Step(6, Fraction(0)),
    ]
    assert quantile(times, MEDIAN) == 4
    assert quantile(times, P95) == 6


@pytest.mark.parametrize("happened", [0, 1, 4])
def test_a_median_that_is_not_reached_is_no_number(happened: int) -> None:
    """Where fewer than half ever happened, nobody knows the median, and the deadline is not it."""
    times = [Time(1.0 + n) for n in range(happened)] + [Time(30.0, censored=True)] * (9 - happened)
    assert quantile(times, MEDIAN) is None


def test_what_happened_at_the_time_of_a_censoring_counts_first() -> None:
    """Who was lost at 2 was still there when another happened at 2."""
    assert kaplan_meier([Time(2, censored=True), Time(2)]) == [Step(2, Fraction(1, 2))]


@given(st.lists(SECONDS, min_size=1, max_size=30))
def test_with_nothing_censored_the_median_is_the_ordinary_one(values: list[float]) -> None:
    """The estimate is then the share of values above, and its middle that of `statistics.median`."""
    times = [Time(value) for value in values]
    assert quantile(times, MEDIAN) == statistics.median(values)
    for step in kaplan_meier(times):
        assert step.left == Fraction(sum(value > step.seconds for value in values), len(values))


@given(TIMES)
def test_the_estimate_falls_and_stays_a_share(times: list[Time]) -> None:
    """Later, fewer wait; never fewer than none."""
    shares = [step.left for step in kaplan_meier(times)]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) == len(shares)
    assert all(0 <= share < 1 for share in shares)


@given(TIMES, SECONDS)
def test_waiting_longer_never_makes_it_seem_faster(times: list[Time], longer: float) -> None:
    """A time that is censored later instead can only raise a quantile."""
    later = [time._replace(seconds=time.seconds + longer) if time.censored else time for time in times]
    for share in (MEDIAN, P95):
        before, after = quantile(times, share), quantile(later, share)
        assert after is None or (before is not None and after >= before)


@given(TIMES)
def test_a_higher_share_takes_no_less_time(times: list[Time]) -> None:
    """The 95th percentile is never below the median, and is not reached where the median is not."""
    median, late = quantile(times, MEDIAN), quantile(times, P95)
    assert late is None or (median is not None and late >= median)
