"""What the confidence interval of a median promises."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.statistics.interval import Interval, median_interval, values_needed
from harness.statistics.survival import Time

TIMES = st.lists(st.builds(Time, st.integers(0, 40).map(float), st.booleans()), min_size=6, max_size=30)


@pytest.mark.parametrize(("count", "rank"), [(6, 1), (8, 1), (9, 2), (12, 3), (15, 4), (20, 6), (25, 8), (50, 18)])
def test_the_ranks_are_those_of_the_tables(count: int, rank: int) -> None:
    """The 95 % ranks of the sign test's tables, for example the 6th lowest and 6th highest of 20 values."""
    found = median_interval([Time(float(value)) for value in range(1, count + 1)])
    assert found is not None
    assert (found.low, found.high) == (rank, count + 1 - rank)
    assert found.confidence >= 0.95


def test_five_values_say_nothing() -> None:
    """Of five, lowest and highest cover the median in 15 of 16 cases only; six are needed."""
    assert median_interval([Time(float(value)) for value in range(5)]) is None
    assert values_needed() == 6


def test_what_never_came_leaves_the_upper_end_open() -> None:
    """Two of six never came: the median may be as late as anything."""
    times = [Time(1.0), Time(2.0), Time(3.0), Time(4.0), Time(30.0, censored=True), Time(30.0, censored=True)]
    assert median_interval(times) == Interval(1.0, None, 1 - 2 / 64)


@given(TIMES)
def test_learning_how_late_a_censored_value_was_only_narrows_it(times: list[Time]) -> None:
    """Whatever the censored values turn out to be, the interval of the truth lies within the one given before."""
    before = median_interval(times)
    after = median_interval([Time(time.seconds + 5.0 * time.censored) for time in times])
    assert before is not None
    assert after is not None
    assert after.high is not None
    assert before.low <= after.low
    assert before.high is None or before.high >= after.high


def test_it_covers_the_median_as_often_as_it_says() -> None:
    """Of 2,000 samples of 15 from a skewed law whose median is known, at least 95 % less sampling error cover it."""
    drawn = random.Random(1)  # noqa: S311 - a fixed sample
    covered = 0
    for _ in range(2000):
        found = median_interval([Time(2 ** drawn.gauss(0, 1)) for _ in range(15)])
        assert found is not None
        assert found.high is not None
        covered += found.low <= 1.0 <= found.high
    assert covered >= 1880
