"""The promise that a workload is whole again within a deadline, and stays so."""

from __future__ import annotations

import enum

import msgspec

from harness.model.picture import Picture
from harness.model.scenario import Checker, Expectation
from harness.model.timeline import AnyEntry, Change, Injected, Undone
from harness.model.units import Seconds
from harness.model.verdict import Finding, Measure, Outcome
from harness.registry import EXPECTATIONS


class Since(enum.StrEnum):
    """Where the clock of a recovery starts."""

    INJECTION = "injection"
    UNDO = "undo"


@EXPECTATIONS.enter("recovers")
class Recovers(Expectation, frozen=True, kw_only=True):
    """The workload has all its pods ready again within `within`, and they stay ready for `hold`.

    The clock runs from the acknowledgement of the last injection (`from: injection`) or of its undo
    (`from: undo`, for faults that Kubernetes cannot heal while they last) to the start of the first healthy
    stretch that lasts `hold`. Healthy means: as many ready pods as before the fault, none of them terminating,
    none too many, all on the newest template, and the fault already visible in the watch.
    """

    within: Seconds
    hold: Seconds = msgspec.field(default_factory=lambda: Seconds(5))
    since: Since = Since.INJECTION

    def checker(self) -> Checker:
        """A fresh checker."""
        return _Recovery(self)


class _Recovery(Checker):
    def __init__(self, promise: Recovers) -> None:
        self._promise = promise
        self._healthy_since: float | None = None
        self._start: float | None = None
        self._uncertainty = 0.0
        self._finding: Finding | None = None

    def see(self, entry: AnyEntry, picture: Picture) -> None:
        if self._finding is not None:
            return
        if isinstance(entry, Injected | Undone):
            self._set_start(entry)
        if self._start is None or not isinstance(entry, Injected | Undone | Change):
            return
        self._settle(entry.t, picture)
        if picture.health(self._promise.of).whole and self._visible(picture):
            if self._healthy_since is None:
                self._healthy_since = max(entry.t, self._start)
        else:
            self._healthy_since = None

    def decide(self, now: float, picture: Picture) -> Finding | None:
        self._settle(now, picture)
        return self._finding

    def conclude(self, now: float, picture: Picture) -> Finding:
        decided = self.decide(now, picture)
        if decided is not None:
            return decided
        if self._start is None:
            return self._found(Outcome.INCONCLUSIVE, f"no {self._promise.since} was seen", now, picture)
        waited = now - self._start
        text = f"observation ended after {waited:.2f} s, before {self._promise.of} had recovered or its deadline passed"
        return self._found(
            Outcome.INCONCLUSIVE,
            text,
            now,
            picture,
            Measure(name="recovery", value=waited, unit="seconds", censored=True),
        )

    def wake_at(self) -> float | None:
        if self._start is None or self._finding is not None:
            return None
        deadline = self._start + self._promise.within
        if self._healthy_since is not None and self._healthy_since <= deadline:
            return self._healthy_since + self._promise.hold
        return deadline

    def _set_start(self, entry: Injected | Undone) -> None:
        wanted = Injected if self._promise.since is Since.INJECTION else Undone
        if isinstance(entry, wanted):
            self._start, self._healthy_since = entry.t, None
            self._uncertainty = entry.t - entry.sent

    def _visible(self, picture: Picture) -> bool:
        return all(index in picture.bitten for index, fault in picture.injected.items() if fault.anchors)

    def _settle(self, now: float, picture: Picture) -> None:
        """Decide if the hold is over or the deadline has passed without a healthy stretch that began in time."""
        if self._finding is not None or self._start is None:
            return
        promise, began = self._promise, self._healthy_since
        deadline = self._start + promise.within
        if began is not None and began <= deadline and now >= began + promise.hold:
            took = began - self._start
            error = self._uncertainty + picture.watch_lag_seconds
            self._finding = self._found(
                Outcome.PASSED,
                f"{promise.of} recovered {took:.2f} ± {error:.2f} s after the {promise.since}, within {promise.within}",
                began,
                picture,
                Measure(name="recovery", value=took, unit="seconds", error=error),
            )
        elif now > deadline and (began is None or began > deadline):
            self._finding = self._found(
                Outcome.FAILED,
                f"{promise.of} had not recovered {promise.within} after the {promise.since}",
                now,
                picture,
                Measure(name="recovery", value=float(promise.within), unit="seconds", censored=True),
            )

    def _found(self, outcome: Outcome, text: str, at: float, picture: Picture, *measures: Measure) -> Finding:
        bad = outcome is not Outcome.PASSED
        health = picture.health(self._promise.of)
        lacks = health.lacks or ("the fault is not visible in the watch" if not self._visible(picture) else "")
        return Finding(
            expectation=Recovers.name,
            outcome=outcome,
            text=text,
            at=at,
            last_seen=picture.describe(self._promise.of) if bad else "",
            difference=lacks if bad else "",
            measures=list(measures),
        )
