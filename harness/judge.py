"""The judge: a scenario's verdict from its timeline alone. It never asks the cluster, so it works offline as well."""

from __future__ import annotations

from collections.abc import Iterable

from harness.model.picture import Picture
from harness.model.scenario import Checker, Expectation, Scenario
from harness.model.timeline import AnyEntry, Header, Phase
from harness.model.verdict import Finding, Outcome, Verdict


class Judge:
    """Shown the timeline entry by entry; says when everything is decided, and what the verdict is."""

    def __init__(self, scenario: Scenario) -> None:
        self.picture = Picture()
        self._scenario = scenario
        self._checkers: list[tuple[Expectation, Checker]] = [(e, e.checker()) for e in scenario.expect]
        self._last_t = 0.0

    def see(self, entry: AnyEntry) -> None:
        """Take in one entry."""
        self._last_t = max(self._last_t, entry.t)
        self.picture.see(entry)
        if isinstance(entry, Header):
            return
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
        """The verdict, observation having ended at `now` (default: the last entry)."""
        end = self._last_t if now is None else now
        findings = [checker.conclude(end, self.picture) for _, checker in self._checkers]
        doubts = self._doubts()
        outcomes = {finding.outcome for finding in findings}
        if self.picture.broken or "inject" not in self.picture.phases or self._unproven():
            outcome = Outcome.INCONCLUSIVE
        elif Outcome.FAILED in outcomes:
            outcome = Outcome.FAILED
        elif doubts or Outcome.INCONCLUSIVE in outcomes:
            outcome = Outcome.INCONCLUSIVE
        else:
            outcome = Outcome.PASSED
        return Verdict(outcome=outcome, findings=findings, doubts=doubts)

    def _doubts(self) -> list[str]:
        picture = self.picture
        doubts = [f"{broken.source}: {broken.text}" for broken in picture.broken]
        if "inject" not in picture.phases:
            return [*doubts, "the workload was never steady, so no fault was injected"]
        doubts += self._unproven()
        began = picture.phases["inject"]
        doubts += [
            f"the watch of {gap.resource} missed {gap.t - gap.since:.2f} s: {gap.reason}"
            for gap in picture.gaps
            if gap.t > began
        ]
        doubts += [f"undo of {self._fault(u.index)} failed: {u.error}" for u in picture.undone.values() if u.error]
        return doubts

    def _unproven(self) -> list[str]:
        """Faults that nothing but their own call says have bitten."""
        missing = []
        for index in range(len(self._scenario.faults)):
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
        return f"fault {index + 1} ({self._scenario.faults[index].name})"


def judge(scenario: Scenario, entries: Iterable[AnyEntry]) -> Verdict:
    """The verdict over a recorded timeline; observation ended where its phase `stop` began, else at its last entry."""
    court = Judge(scenario)
    for entry in entries:
        court.see(entry)
        if isinstance(entry, Phase) and entry.name == "stop":
            break
    return court.verdict()
