"""Bounds of a rate and of a share from how often something was seen, also where it was never seen."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import NamedTuple

CONFIDENCE = 0.95
"""Each bound holds with this confidence by itself."""

_STEPS = 60
"""Halvings of an interval: far below what a float can tell apart."""


class Bounds(NamedTuple):
    """Between `low` and `high` lies the truth."""

    low: float
    high: float


def rate_bounds(count: int, exposure: float, confidence: float = CONFIDENCE) -> Bounds:
    """Of events that come independently: how often they come in one unit of `exposure`, which is positive.

    The exact bounds of F. Garwood, Biometrika 28 (1936), 437-442. Of none seen the upper one is 3.0 / exposure, the
    rule of three.
    """
    low, high = _mean_bounds(count, confidence)
    return Bounds(low / exposure, high / exposure)


@functools.cache
def _mean_bounds(count: int, confidence: float) -> Bounds:
    most = 4.0 * count + 25.0
    high = _boundary(lambda mean: _poisson(count, mean) <= 1 - confidence, most)
    low = _boundary(lambda mean: 1 - _poisson(count - 1, mean) >= 1 - confidence, most) if count else 0.0
    return Bounds(low, high)


def share_bounds(count: int, trials: int, confidence: float = CONFIDENCE) -> Bounds:
    """Of so many independent trials, at least one: the share in which something happens that was seen `count` times.

    The exact bounds of C. J. Clopper and E. S. Pearson, Biometrika 26 (1934), 404-413.
    """
    high = _boundary(lambda share: _binomial(count, trials, share) <= 1 - confidence, 1.0)
    low = _boundary(lambda share: 1 - _binomial(count - 1, trials, share) >= 1 - confidence, 1.0) if count else 0.0
    return Bounds(low, high)


def _boundary(beyond: Callable[[float], bool], most: float) -> float:
    """Where between 0 and `most` something that is once and for all true becomes so; `most` where it never does."""
    low, high = 0.0, most
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if beyond(middle) else (middle, high)
    return high


def _poisson(count: int, mean: float) -> float:
    """How likely at most `count` events are where `mean` are expected."""
    if mean <= 0:
        return 1.0
    return sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def _binomial(count: int, trials: int, share: float) -> float:
    """How likely at most `count` of the trials are."""
    if not 0 < share < 1:
        return float(share <= 0 or count >= trials)
    return sum(
        math.exp(
            math.lgamma(trials + 1)
            - math.lgamma(k + 1)
            - math.lgamma(trials - k + 1)
            + k * math.log(share)
            + (trials - k) * math.log1p(-share)
        )
        for k in range(count + 1)
    )
