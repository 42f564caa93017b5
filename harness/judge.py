"""The judge: a scenario's verdict from its timeline alone. It never asks the cluster, so it works offline as well."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from harness.budget.comparison import budget_notes, with_budgets
from harness.budget.forecast import Forecast
from harness.model.agenda import rounds_of, title
from harness.model.budget import Budget
from harness.model.collateral import Collateral
from harness.model.picture import HEALTH_KINDS, Picture
from harness.model.scenario import Checker, Expectation, Scenario
from harness.model.timeline import AnyEntry, Change, Header, Phase
from harness.model.units import Ref
from harness.model.verdict import Finding, Outcome, Verdict


class Judge:
    """Shown the timeline entry by entry; says when everything is decided, and what the verdict is.

    What comes after the phase `stop` is none of its business: observers may still have had something to say.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._rounds = rounds_of(scenario)
        self.picture = Picture(faults=len(self._rounds))
        self._scenario = scenario
        self._collateral = Collateral(scenario)
        self._forecast = Forecast(scenario)
        self._budgets: dict[int, Budget] = {}
        self._checkers: list[tuple[Expectation, Checker]] = [(e, e.checker()) for e in scenario.expect]
        self._last_t = 0.0
        self._unsteady: dict[Ref, str] = {}
        self._nodes_before: dict[str, list[str]] = {}

    def see(self, entry: AnyEntry) -> None:
        """Take in one entry."""
        if "stop" in self.picture.phases:
            return
        self._last_t = max(self._last_t, entry.t)
        self.picture.see(entry)
        if "inject" not in self.picture.phases:
            self._forecast.see(entry)
        if isinstance(entry, Header):
            return
        if isinstance(entry, Phase) and entry.name == "inject":
            self._allow()
        self._check_baseline(entry)
        self._collateral.see(entry, self.picture)
        for _, checker in self._checkers:
            checker.see(entry, self.picture)

    def undecided(self, now: float) -> list[Expectation]:
        """The promises that time or news can still decide before the end of observation."""
        return [
            e
            for e, checker in self._checkers
            if checker.decide(now, self.picture) is None and checker.wake_at() is not None
        ]

    def failed(self, now: float) -> list[Finding]:
        """The promises broken so far."""
        findings = (checker.decide(now, self.picture) for _, checker in self._checkers)
        return [finding for finding in findings if finding is not None and finding.outcome is Outcome.FAILED]

    def wake_at(self) -> float | None:
        """The earliest time at which a promise may be decided without news; None where only news can."""
        return min((at for _, checker in self._checkers if (at := checker.wake_at()) is not None), default=None)

    def verdict(self, now: float | None = None) -> Verdict:
        """The verdict, observation having ended with the phase `stop`, else at `now` (default: the last entry)."""
        end = self.picture.phases.get("stop", self._last_t if now is None else now)
        findings = [self._as_seen(e, checker.conclude(end, self.picture)) for e, checker in self._checkers]
        findings, budgets = with_budgets(self._scenario.expect, findings, self._budgets)
        doubts = self._doubts()
        outcomes = {finding.outcome for finding in findings}
        blinded = self.picture.broken or self.picture.sight.dark
        if blinded or "inject" not in self.picture.phases or self._unsteady or self._unproven():
            outcome = Outcome.INCONCLUSIVE
        elif Outcome.FAILED in outcomes:
            outcome = Outcome.FAILED
        elif doubts or Outcome.INCONCLUSIVE in outcomes:
            outcome = Outcome.INCONCLUSIVE
        else:
            outcome = Outcome.PASSED
        return Verdict(
            outcome=outcome,
            findings=findings,
            doubts=doubts,
            notes=self._notes() + budget_notes(budgets),
            alarms=self._alarms(),
            budgets=budgets,
        )

    def _allow(self) -> None:
        """The faults are about to begin: what healing may take is known from here on."""
        for index, (promise, checker) in enumerate(self._checkers):
            budget = self._forecast.of(promise, self.picture)
            if budget is not None:
                self._budgets[index] = budget
                checker.allow(budget)

    def _as_seen(self, promise: Expectation, finding: Finding) -> Finding:
        """A promise about every moment is undecided where some were not seen and none of the others broke it."""
        began = self.picture.phases.get("inject", 0.0)
        if finding.outcome is not Outcome.PASSED or not promise.every_moment:
            return finding
        if not self.picture.sight.blind(began, finding.at):
            return finding
        text = f"{finding.text}, as far as the watch saw"
        return msgspec.structs.replace(finding, outcome=Outcome.INCONCLUSIVE, text=text)

    def _alarms(self) -> list[str]:
        """What lost readiness although nothing was injected."""
        lost = self._collateral.lost.values() if not self._scenario.faults else ()
        return [f"without any fault {lacks}" for lacks in lost]

    def _notes(self) -> list[str]:
        return self._blindness() + self._bystanders()

    def _bystanders(self) -> list[str]:
        """Workloads that were hit although no promise and no fault named them."""
        lost = self._collateral.lost.values() if self._scenario.faults else ()
        return [f"collateral, named by no promise and no fault: {lacks}" for lacks in lost]

    def _blindness(self) -> list[str]:
        """How long a fault that takes the API away has blinded the watches."""
        sent = min((fault.sent for fault in self.picture.injected.values() if fault.blinds), default=0.0)
        blind = [gap.t - max(gap.since, sent) for gap in self.picture.sight.gaps if self.picture.sight.expected(gap.t)]
        if not blind:
            return []
        return [f"the fault took the API away: the watches were blind for up to {max(blind):.2f} s, see the error bars"]

    def _doubts(self) -> list[str]:
        picture = self.picture
        doubts = [f"{broken.source}: {broken.text}" for broken in picture.broken]
        if "inject" not in picture.phases:
            return [*doubts, "the workload was never steady, so no fault was injected"]
        doubts += [f"{ref} was no baseline: {lacks}" for ref, lacks in self._unsteady.items()]
        doubts += self._unproven()
        began = picture.phases["inject"]
        doubts += [
            f"the watch of {gap.resource} missed {gap.t - gap.since:.2f} s: {gap.reason}"
            for gap in picture.sight.gaps
            if gap.t > began and not picture.sight.expected(gap.t)
        ]
        doubts += [f"{dark.source}: {dark.text}; it never came back" for dark in picture.sight.dark]
        return doubts + self._not_put_back()

    def _not_put_back(self) -> list[str]:
        """What the run should have left as it was, and did not as far as the timeline shows."""
        picture = self.picture
        left = [f"undo of {self._fault(u.index)} failed: {u.error}" for u in picture.undone.values() if u.error]
        left += [f"{self._fault(index)} was not undone" for index in sorted(picture.injected.keys() - picture.undone)]
        now = picture.node_marks()
        left += [
            f"node {node} is left {', '.join(now[node]) or 'unmarked'}, before it was {', '.join(before) or 'unmarked'}"
            for node, before in self._nodes_before.items()
            if now.get(node, before) != before
        ]
        if "stop" not in picture.phases:
            left.append("the timeline ends before the run did")
        return left

    def _check_baseline(self, entry: AnyEntry) -> None:
        """Every object of a promise must be whole from the end of the baseline until the first fault is due.

        A Job must have begun and not be complete: one that is done has nothing left to recover from.
        """
        began = self.picture.phases.get("inject")
        if began is None or self.picture.injected or not isinstance(entry, Change | Phase):
            return
        at_begin = isinstance(entry, Phase) and entry.name == "inject"
        if at_begin:
            self._nodes_before = self.picture.node_marks()
        due = began + min((fault.after for fault in self._scenario.faults), default=0.0)
        if not at_begin and entry.t >= due:
            return
        for ref in dict.fromkeys(promise.of for promise in self._scenario.expect if promise.of.kind in HEALTH_KINDS):
            lacks = self.picture.steady(ref) if at_begin or ref.kind != "job" else ""
            if ref.kind == "job" and self._scenario.faults and self.picture.health(ref).whole:
                lacks = "it was complete before the fault"
            if lacks:
                self._unsteady.setdefault(ref, lacks)

    def _unproven(self) -> list[str]:
        """Faults that nothing but their own call says have bitten."""
        missing = []
        for index in range(len(self._rounds)):
            injected = self.picture.injected.get(index)
            if injected is None:
                missing.append(f"{self._fault(index)} was not injected")
                continue
            denied = [e for e in self.picture.evidence if e.index == index and not e.bit]
            proved = [e for e in self.picture.evidence if e.index == index and e.bit]
            if denied:
                missing.append(f"{self._fault(index)} did not bite: {denied[0].source}: {denied[0].seen}")
            elif injected.anchors and index not in self.picture.bitten:
                missing.append(f"{self._fault(index)} did not bite: the watch never showed it")
            elif not injected.anchors and not proved:
                missing.append(f"{self._fault(index)}: no evidence that it bit")
        return missing

    def _fault(self, index: int) -> str:
        return title(self._scenario, self._rounds[index])


def judge(scenario: Scenario, entries: Iterable[AnyEntry]) -> Verdict:
    """The verdict over a recorded timeline; observation ended where its phase `stop` began, else at its last entry."""
    court = Judge(scenario)
    for entry in entries:
        court.see(entry)
    return court.verdict()
