"""The confidence interval of a median by order statistics: it assumes nothing of how the values are distributed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from harness.statistics.survival import Time

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """Between `low` and `high` seconds lies the median, with at least `confidence`; no `high` means no upper bound."""

    low: float
    high: float | None
    confidence: float


def median_interval(times: Sequence[Time], confidence: float = CONFIDENCE) -> Interval | None:
    """The narrowest symmetric pair of order statistics that covers the median often enough; None for too few values.

    Each value lies below the median with probability one half, so that how many do is binomial (H. A. David and
    H. N. Nagaraja, Order Statistics, 3rd edition, section 7.1). A censored value counts as what it is at least for
    the lower end and as endless for the upper, which can only widen the interval.
    """
    count = len(times)
    rank = _rank(count, confidence)
    if rank == 0:
        return None
    lows = sorted(time.seconds for time in times)
    highs = sorted(math.inf if time.censored else time.seconds for time in times)
    high = highs[count - rank]
    return Interval(lows[rank - 1], None if math.isinf(high) else high, _coverage(count, rank))


def values_needed(confidence: float = CONFIDENCE) -> int:
    """How many values the interval needs at least."""
    return next(count for count in range(1, 1000) if _rank(count, confidence))


def _rank(count: int, confidence: float) -> int:
    """The highest rank r whose pair, r-th lowest and r-th highest, covers often enough; 0 where none does."""
    fit = [rank for rank in range(1, count // 2 + 1) if _coverage(count, rank) >= confidence]
    return max(fit, default=0)


def _coverage(count: int, rank: int) -> float:
    missed: int = sum(math.comb(count, below) for below in range(rank))
    return float(1 - 2 * missed / 2**count)
