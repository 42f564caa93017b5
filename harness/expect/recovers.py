"""The promise that a workload is whole again within a deadline, and stays so."""

from __future__ import annotations

import enum

import msgspec

from harness.model.budget import Budget
from harness.model.picture import HEALTH_KINDS, Picture
from harness.model.scenario import Checker, Expectation
from harness.model.timeline import AnyEntry, Change, Gap, Injected, Phase, Undone
from harness.model.units import BUDGET, Deadline, Seconds
from harness.model.verdict import Finding, Measure, Outcome
from harness.registry import EXPECTATIONS


class Since(enum.StrEnum):
    """Where the clock of a recovery starts."""

    INJECTION = "injection"
    UNDO = "undo"


HOLD_SECONDS_MIN = 1.0
"""A shorter hold could be over before the watch has shown what an undo set in motion."""
RELAPSE_FACTOR = 2.0
"""By so much must a healthy stretch outlast one that broke: a starved kubelet tells of a death seconds late."""


@EXPECTATIONS.enter("recovers")
class Recovers(Expectation, frozen=True, kw_only=True):
    """The workload has all its pods ready again within `within`, and they stay ready for `hold`.

    The clock runs from the acknowledgement of the last injection (`from: injection`) or of the last undo
    (`from: undo`, for faults that Kubernetes cannot heal while they last) to the start of the first healthy
    stretch that lasts `hold`. Healthy means: as many ready pods as before the fault, none of them terminating,
    none too many, all on the newest template, and the fault already visible in the watch. Where the watch cannot
    show the fault itself, the workload must have been seen broken first. A workload that was healthy for a while and
    broke again must then stay ready for twice as long as that while, where this is longer than `hold`: what dies
    after some seconds each time has not recovered. Without faults the clock runs from the end of the baseline.
    With `within: budget` the deadline is what Kubernetes' own timers, the workload's manifests and the start-up
    measured in the baseline add up to; where that is never, or not known, the scenario is refused.
    """

    kinds = HEALTH_KINDS

    within: Deadline
    hold: Seconds = msgspec.field(default_factory=lambda: Seconds(5))
    since: Since = Since.INJECTION

    def refuse(self) -> str:
        """A hold must outlast the delay of the watch."""
        if not (reason := super().refuse()) and self.hold < HOLD_SECONDS_MIN:
            reason = f"hold: {self.hold} is not accepted; accepted is {Seconds(HOLD_SECONDS_MIN)} or more"
        return reason

    @property
    def heals_since(self) -> str:
        """From what its clock runs."""
        return str(self.since)

    def checker(self) -> Checker:
        """A fresh checker."""
        return _Recovery(self)


class _Recovery(Checker):
    def __init__(self, promise: Recovers) -> None:
        self._promise = promise
        self._within = promise.within
        self._start: float | None = None
        self._uncertainty = 0.0
        self._unseen = 0.0
        self._seen_broken = False
        self._healthy_since: float | None = None
        self._relapsed = 0.0
        self._lacks = ""
        self._finding: Finding | None = None

    def allow(self, budget: Budget) -> None:
        if self._promise.within == BUDGET and budget.finite:
            self._within = Seconds(round(budget.high, 3))

    def see(self, entry: AnyEntry, picture: Picture) -> None:
        if self._finding is not None:
            return
        self._maybe_start(entry, picture)
        if "inject" not in picture.phases or not isinstance(entry, Injected | Undone | Change | Phase | Gap):
            return
        self._finding = self._settled(entry.t, picture)
        began = self._healthy_since
        if isinstance(entry, Gap) and began is not None:  # what was not seen was no healthy stretch
            self._healthy_since = None
            self._unseen += entry.t - max(entry.since, began)
        lacks = self._lacking(picture)
        if self._start is None:
            return
        if lacks:
            if self._healthy_since is not None and not picture.health(self._promise.of).whole:
                self._relapsed = max(self._relapsed, entry.t - self._healthy_since)
            self._healthy_since, self._lacks, self._unseen = None, lacks, 0.0
        elif self._healthy_since is None:
            self._healthy_since = max(entry.t, self._start)

    def decide(self, now: float, picture: Picture) -> Finding | None:
        return self._finding or self._settled(now, picture)

    def conclude(self, now: float, picture: Picture) -> Finding:
        decided = self.decide(now, picture)
        if decided is not None:
            return self._unless_unseen(decided, picture)
        if self._start is None:
            return self._found(Outcome.INCONCLUSIVE, f"no {self._promise.since} was seen", now, picture)
        waited = now - self._start
        text = f"observation ended after {waited:.2f} s, before {self._promise.of} had recovered or its deadline passed"
        bound = (now if self._healthy_since is None else self._healthy_since) - self._start
        measure = Measure(name="recovery", value=bound, unit="seconds", censored=True)
        return self._found(Outcome.INCONCLUSIVE, text, now, picture, measure)

    def wake_at(self) -> float | None:
        if self._start is None or self._finding is not None:
            return None
        deadline = self._start + self._within
        if self._healthy_since is not None and self._healthy_since <= deadline:
            return self._healthy_since + self._hold
        return deadline

    @property
    def _hold(self) -> float:
        """How long a stretch must last, in seconds: clearly longer than one that did not last."""
        return max(float(self._promise.hold), RELAPSE_FACTOR * self._relapsed)

    def _maybe_start(self, entry: AnyEntry, picture: Picture) -> None:
        """Start the clock at the last injection or the last undo: recovery from an earlier fault proves nothing."""
        after_undo = self._promise.since == Since.UNDO
        if picture.faults == 0 and isinstance(entry, Phase):
            starts = self._start is None and entry.name == ("undo" if after_undo else "inject")
        elif after_undo:
            starts = isinstance(entry, Undone) and picture.all_undone
        else:
            starts = isinstance(entry, Injected) and picture.all_injected
        if starts:
            self._start, self._healthy_since = entry.t, None
            self._uncertainty = entry.t - entry.sent if isinstance(entry, Injected | Undone) else 0.0

    def _lacking(self, picture: Picture) -> str:
        """Why this moment is no recovery, or an empty string."""
        lacks = picture.health(self._promise.of).lacks
        self._seen_broken = self._seen_broken or bool(lacks)
        if lacks:
            return lacks
        if picture.sight.blind_watch:
            return f"{picture.sight.blind_watch} is blind"
        if not all(index in picture.bitten for index, fault in picture.injected.items() if fault.anchors):
            return "the fault is not visible in the watch"
        unseen = self._promise.since == Since.INJECTION and not all(
            fault.anchors for fault in picture.injected.values()
        )
        if unseen and not self._seen_broken:
            return f"{self._promise.of} was never seen broken, so nothing has recovered"
        return ""

    def _settled(self, now: float, picture: Picture) -> Finding | None:
        """Decided if the hold is over, or the deadline has passed without a healthy stretch that began in time."""
        if self._start is None:
            return None
        promise, began = self._promise, self._healthy_since
        deadline = self._start + self._within
        if began is not None and began <= deadline and now >= began + self._hold:
            took = began - self._start
            error = self._uncertainty + picture.lag.seconds + self._unseen + picture.sight.late(began)
            text = f"{promise.of} recovered {took:.2f} ± {error:.2f} s after the {promise.since}, within {self._within}"
            if self._hold > promise.hold:
                text += f"; it had relapsed after {self._relapsed:.2f} s, and has held for {self._hold:.2f} s now"
            measure = Measure(name="recovery", value=took, unit="seconds", error=error)
            return self._found(Outcome.PASSED, text, began, picture, measure)
        if now > deadline and (began is None or began > deadline):
            return self._late(deadline, picture)
        return None

    def _late(self, deadline: float, picture: Picture) -> Finding:
        """No recovery was seen in time; undecided where the harness was in its way, or nothing had to recover."""
        promise = self._promise
        text = f"{promise.of} had not recovered {self._within} after the {promise.since}"
        outcome = Outcome.FAILED
        failed_undo = next((undone.error for undone in picture.undone.values() if undone.error), "")
        if failed_undo and promise.since == Since.UNDO:
            outcome, text = Outcome.INCONCLUSIVE, f"{text}, but the undo itself failed: {failed_undo}"
        elif not self._seen_broken and picture.injected:
            outcome, text = Outcome.INCONCLUSIVE, f"{promise.of} was never seen broken: nothing had to recover"
        measure = Measure(name="recovery", value=float(self._within), unit="seconds", censored=True)
        return self._found(outcome, text, deadline, picture, measure)

    def _unless_unseen(self, finding: Finding, picture: Picture) -> Finding:
        """Undecided where the recovery may have come while the watch was blind."""
        if finding.outcome is not Outcome.FAILED or not picture.sight.blind(finding.at - self._within, finding.at):
            return finding
        text = f"{finding.text}, as far as the watch saw"
        return msgspec.structs.replace(finding, outcome=Outcome.INCONCLUSIVE, text=text)

    def _found(self, outcome: Outcome, text: str, at: float, picture: Picture, *measures: Measure) -> Finding:
        bad = outcome is not Outcome.PASSED
        return Finding(
            expectation=Recovers.name,
            outcome=outcome,
            text=text,
            at=at,
            last_seen=picture.describe(self._promise.of) if bad else "",
            difference=(picture.health(self._promise.of).lacks or self._lacks) if bad else "",
            measures=list(measures),
        )
