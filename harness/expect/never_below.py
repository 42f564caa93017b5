"""The promise that a workload never has fewer ready pods than a number."""

from __future__ import annotations

from typing import Annotated

import msgspec

from harness.model.picture import REPLICA_KINDS, Picture
from harness.model.scenario import Checker, Expectation
from harness.model.timeline import AnyEntry, Change, Phase
from harness.model.verdict import Finding, Measure, Outcome
from harness.registry import EXPECTATIONS


@EXPECTATIONS.enter("never-below")
class NeverBelow(Expectation, frozen=True, kw_only=True):
    """From the end of the baseline to the end of the run the workload has at least `ready` ready pods.

    A terminating pod does not count as ready, whatever its Ready condition says.
    """

    every_moment = True
    kinds = REPLICA_KINDS

    ready: Annotated[int, msgspec.Meta(ge=1)]

    def checker(self) -> Checker:
        """A fresh checker."""
        return _Floor(self)


class _Floor(Checker):
    def __init__(self, promise: NeverBelow) -> None:
        self._promise = promise
        self._watching = False
        self._lowest: int | None = None
        self._broken: Finding | None = None

    def see(self, entry: AnyEntry, picture: Picture) -> None:
        self._watching = self._watching or (isinstance(entry, Phase) and entry.name == "inject")
        if not self._watching or self._broken is not None or not isinstance(entry, Change | Phase):
            return
        ready = picture.health(self._promise.of).ready
        self._lowest = ready if self._lowest is None else min(self._lowest, ready)
        if ready < self._promise.ready:
            self._broken = self._found(
                Outcome.FAILED,
                f"{self._promise.of} fell to {ready} ready pods, promised were at least {self._promise.ready}",
                entry.t,
                picture,
            )

    def decide(self, now: float, picture: Picture) -> Finding | None:
        return self._broken

    def conclude(self, now: float, picture: Picture) -> Finding:
        if self._broken is not None:
            return self._broken
        if self._lowest is None:
            return self._found(Outcome.INCONCLUSIVE, f"{self._promise.of} was never observed", now, picture)
        text = f"{self._promise.of} never had fewer than {self._lowest} ready pods, promised {self._promise.ready}"
        return self._found(Outcome.PASSED, text, now, picture)

    def _found(self, outcome: Outcome, text: str, at: float, picture: Picture) -> Finding:
        bad = outcome is not Outcome.PASSED
        lowest = self._lowest or 0
        return Finding(
            expectation=NeverBelow.name,
            outcome=outcome,
            text=text,
            at=at,
            last_seen=picture.describe(self._promise.of) if bad else "",
            difference=f"{self._promise.ready - lowest} ready pods too few" if outcome is Outcome.FAILED else "",
            measures=[Measure(name="lowest ready", value=lowest, unit="count")],
        )
