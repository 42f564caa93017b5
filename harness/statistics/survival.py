"""Times to an event of which some were never seen to happen: the Kaplan-Meier estimate, and quantiles read from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Time(NamedTuple):
    """Seconds until something happened, or where it is `censored` for how long at least it had not."""

    seconds: float
    censored: bool = False


class Step(NamedTuple):
    """From `seconds` on the part `left` of all is estimated still to wait."""

    seconds: float
    left: Fraction


def kaplan_meier(times: Sequence[Time]) -> list[Step]:
    """The estimate's steps, one for each time at which something happened; empty where nothing ever did.

    Source: E. L. Kaplan and P. Meier, Journal of the American Statistical Association 53 (1958), 457-481. Of equal
    times those that happened count before those that were censored, as is usual.
    """
    happened = Counter(time.seconds for time in times if not time.censored)
    left, steps = Fraction(1), list[Step]()
    for seconds in sorted(happened):
        at_risk = sum(time.seconds >= seconds for time in times)
        left *= 1 - Fraction(happened[seconds], at_risk)
        steps.append(Step(seconds, left))
    return steps


def quantile(times: Sequence[Time], share: Fraction) -> float | None:
    """The time after which the part `share` of all is estimated to have happened; None where that is not reached.

    Where the estimate is exactly level there, half-way to the next step, as for an ordinary median of an even number.
    """
    steps = kaplan_meier(times)
    for position, step in enumerate(steps):
        if step.left < 1 - share or (step.left == 1 - share and position + 1 == len(steps)):
            return step.seconds
        if step.left == 1 - share:
            return (step.seconds + steps[position + 1].seconds) / 2
    return None
