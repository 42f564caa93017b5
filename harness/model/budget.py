"""Budgets: how long healing takes by Kubernetes' own timers, as an interval with its terms. Pure data."""

from __future__ import annotations

import enum
import math

import msgspec


class Term(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of healing: it takes `low` to `high` seconds; `text` says what it is, `source` what says so."""

    text: str
    low: float
    high: float
    source: str

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise ValueError(f"{self.text}: {self.low} to {self.high} s is no interval of time")


class Budget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long a workload takes to be whole again after a fault: the sum of its terms.

    `fault` and `of` say of what, `since` whether time counts from the injection or the undo. With `never` it does
    not heal, for that reason; with `unknown` nothing can be predicted, for that one; then `terms` is empty.
    `beside` are predictions that are no part of the sum: how long a drain itself takes, when a roll-out is flagged.
    """

    fault: str
    of: str
    since: str = "injection"
    terms: list[Term] = []
    never: str = ""
    unknown: str = ""
    beside: list[Term] = []

    @property
    def finite(self) -> bool:
        """Whether there is an interval."""
        return not self.never and not self.unknown

    @property
    def low(self) -> float:
        """The least, in seconds; infinite where it never heals."""
        return sum(term.low for term in self.terms) if self.finite else math.inf

    @property
    def high(self) -> float:
        """The most, in seconds; infinite where it never heals."""
        return sum(term.high for term in self.terms) if self.finite else math.inf

    @property
    def words(self) -> str:
        """`0.4-8 s`, `never: why` or `unknown: why`."""
        if self.never:
            return f"never: {self.never}"
        return f"unknown: {self.unknown}" if self.unknown else interval(self.low, self.high)


class Place(enum.StrEnum):
    """Where what was measured lies."""

    INSIDE = "inside"
    BELOW = "below"  # sooner than the timers allow: the observation or the prediction is wrong
    ABOVE = "above"  # slower than Kubernetes' own timers
    OPEN = "open"  # not known: the observation ended within the budget


class Compared(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A budget beside what was measured: `value` ± `error` seconds, a lower bound where `censored`."""

    budget: Budget
    low: float | None = None
    high: float | None = None
    value: float
    error: float = 0.0
    censored: bool = False
    place: Place

    @property
    def words(self) -> str:
        """`budget 0.4-8 s: inside`, or `budget never (why), as predicted`."""
        if self.budget.never:
            came = "as predicted" if self.place is Place.INSIDE else "but it came"
            return f"budget never ({self.budget.never}), {came}"
        return f"budget {self.budget.words}: {_SAID[self.place]}"


def compare(budget: Budget, value: float, error: float = 0.0, *, censored: bool = False) -> Compared:
    """Where a measured recovery lies; an error bar that reaches the interval counts as inside."""
    place = Place.INSIDE
    if censored:
        place = Place.ABOVE if value > budget.high else Place.OPEN
        if budget.never:
            place = Place.INSIDE
    elif budget.never or value + error < budget.low:
        place = Place.BELOW
    elif value - error > budget.high:
        place = Place.ABOVE
    finite = budget.finite
    return Compared(
        budget=budget,
        low=round(budget.low, 3) if finite else None,
        high=round(budget.high, 3) if finite else None,
        value=value,
        error=error,
        censored=censored,
        place=place,
    )


def interval(low: float, high: float) -> str:
    """An interval of seconds in words: `20-31 s`, `10 s`."""
    ends = [f"{end:.1f}".removesuffix(".0") for end in (low, high)]
    return f"{ends[0]} s" if ends[0] == ends[1] else f"{ends[0]}-{ends[1]} s"


_SAID = {
    Place.INSIDE: "inside",
    Place.BELOW: "sooner than that, so the observation or the prediction is wrong",
    Place.ABOVE: "slower than Kubernetes' own timers",
    Place.OPEN: "it was not observed to the end",
}
