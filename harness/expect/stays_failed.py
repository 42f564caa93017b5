"""The promise that something does not heal by itself: for failures that Kubernetes leaves alone by design."""

from __future__ import annotations

import msgspec

from harness.model.picture import HEALTH_KINDS, Picture
from harness.model.scenario import Checker, Expectation
from harness.model.timeline import AnyEntry, Change, Injected, Phase, Undone
from harness.model.units import Seconds
from harness.model.verdict import Finding, Measure, Outcome
from harness.registry import EXPECTATIONS


@EXPECTATIONS.enter("stays-failed")
class StaysFailed(Expectation, frozen=True, kw_only=True):
    """Within `within` of the last injection the workload is no longer whole, and then stays so for `for`.

    Fails when it never breaks, and when it becomes whole again before `for` is over while the fault still lasts.
    Without faults the clock runs from the end of the baseline, and it must fail.
    """

    every_moment = True
    of_failure = True
    kinds = HEALTH_KINDS  # any other would seem to stay failed for ever

    lasts: Seconds
    within: Seconds

    @property
    def heals_since(self) -> str:
        """The healing that must not come would count from the injection."""
        return "injection"

    def checker(self) -> Checker:
        """A fresh checker."""
        return _Failure(self)


class _Failure(Checker):
    def __init__(self, promise: StaysFailed) -> None:
        self._promise = promise
        self._injected: float | None = None
        self._failed_since: float | None = None
        self._finding: Finding | None = None

    def see(self, entry: AnyEntry, picture: Picture) -> None:
        if self._finding is not None:
            return
        without = picture.faults == 0 and isinstance(entry, Phase) and entry.name == "inject"
        if without or (isinstance(entry, Injected) and picture.all_injected):
            self._injected = entry.t
        if self._injected is None or not isinstance(entry, Injected | Undone | Change | Phase):
            return  # requests and notes may be written out of order; they say nothing of the workload
        self._finding = self._settled(entry.t, picture)
        if self._finding is not None:
            return
        if isinstance(entry, Undone):
            self._finding = self._cut_short(entry.t, picture)
        elif isinstance(entry, Change | Injected):
            self._finding = self._look(entry.t, picture)

    def decide(self, now: float, picture: Picture) -> Finding | None:
        return self._finding or self._settled(now, picture)

    def conclude(self, now: float, picture: Picture) -> Finding:
        finding = self.decide(now, picture) or self._cut_short(now, picture)
        if finding.outcome is not Outcome.FAILED or not picture.sight.blind(self._injected or 0.0, finding.at):
            return finding
        text = f"{finding.text}, as far as the watch saw"
        return msgspec.structs.replace(finding, outcome=Outcome.INCONCLUSIVE, text=text)

    def wake_at(self) -> float | None:
        if self._injected is None or self._finding is not None:
            return None
        if self._failed_since is not None:
            return self._failed_since + self._promise.lasts
        return self._injected + self._promise.within

    def _look(self, t: float, picture: Picture) -> Finding | None:
        whole = picture.health(self._promise.of).whole
        if self._failed_since is None:
            self._failed_since = None if whole else t
            return None
        if not whole:
            return None
        stayed = t - self._failed_since
        text = f"{self._promise.of} healed after {stayed:.2f} s although it was said to stay failed"
        return self._found(Outcome.FAILED, text, t, picture)

    def _settled(self, now: float, picture: Picture) -> Finding | None:
        if self._injected is None:
            return None
        since, promise = self._failed_since, self._promise
        if since is not None and now >= since + promise.lasts:
            text = (
                f"{promise.of} failed {since - self._injected:.2f} s after the injection and stayed so {promise.lasts}"
            )
            return self._found(Outcome.PASSED, text, since + promise.lasts, picture)
        if since is None and now > self._injected + promise.within:
            since_what = "injection" if picture.faults else "end of the baseline"
            text = f"{promise.of} was still whole {promise.within} after the {since_what}"
            return self._found(Outcome.FAILED, text, self._injected + promise.within, picture)
        return None

    def _cut_short(self, now: float, picture: Picture) -> Finding:
        text = f"the fault ended before {self._promise.of} had stayed failed for {self._promise.lasts}"
        return self._found(Outcome.INCONCLUSIVE, text, now, picture)

    def _found(self, outcome: Outcome, text: str, at: float, picture: Picture) -> Finding:
        bad = outcome is not Outcome.PASSED
        stayed = at - self._failed_since if self._failed_since is not None else 0.0
        return Finding(
            expectation=StaysFailed.name,
            outcome=outcome,
            text=text,
            at=at,
            last_seen=picture.describe(self._promise.of) if bad else "",
            difference=f"failed for {stayed:.2f} s instead of {self._promise.lasts}" if bad else "",
            measures=[Measure(name="failed for", value=stayed, unit="seconds", censored=not bad)],
        )
