"""What the bounds of rates and shares promise."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.statistics.rates import rate_bounds, share_bounds


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 2.996), (1, 0.0513, 4.744), (3, 0.818, 7.754), (10, 5.425, 16.962)]
)
def test_a_rate_has_the_bounds_of_the_tables(count: int, low: float, high: float) -> None:
    """Garwood's exact bounds at 95 % each; of none seen the rule of three."""
    found = rate_bounds(count, 1.0)
    assert found == pytest.approx((low, high), abs=0.002)
    assert rate_bounds(count, 10.0) == pytest.approx([end / 10 for end in found])


@pytest.mark.parametrize(
    ("count", "trials", "low", "high"), [(0, 10, 0.0, 0.2589), (1, 10, 0.0051, 0.3942), (5, 10, 0.2224, 0.7776)]
)
def test_a_share_has_the_bounds_of_the_tables(count: int, trials: int, low: float, high: float) -> None:
    """Clopper and Pearson's exact bounds at 95 % each."""
    assert share_bounds(count, trials) == pytest.approx((low, high), abs=0.0002)


def test_what_always_happened_may_always_happen() -> None:
    """The upper bound is 1, the lower one that of the rule of three seen from the other side."""
    found = share_bounds(7, 7)
    assert found.high == pytest.approx(1.0)
    assert found.low == pytest.approx(0.05 ** (1 / 7))


@given(count=st.integers(0, 300), trials=st.integers(1, 300))
def test_what_was_seen_lies_between_the_bounds(count: int, trials: int) -> None:
    """For rates and for shares, and more evidence of the same never widens them."""
    rate = rate_bounds(count, 1.0)
    assert rate.low <= count <= rate.high
    assert rate_bounds(2 * count, 2.0).high <= rate.high + 1e-9
    seen = min(count, trials)
    share = share_bounds(seen, trials)
    assert 0 <= share.low <= seen / trials <= share.high <= 1
    assert math.isfinite(share.high)
