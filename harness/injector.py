"""What is open of a scenario's faults: plans, guards, journals, injects and undoes them. It decides no time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from harness.damage import guard
from harness.damage.plan import Injection, damage_of, fault_of
from harness.damage.site import Site
from harness.damage.undo import in_order, undo
from harness.journal import Intent, Journal
from harness.machine.clock import Clock
from harness.model.agenda import rounds_of
from harness.model.errors import GuardStopped, UndoFailed
from harness.model.limits import Limits
from harness.model.scenario import Scenario
from harness.model.timeline import AnyEntry, Injected, Undone
from harness.model.units import Ref
from harness.observe.timeline import Recorder


class _Open(NamedTuple):
    """An injection that is in the journal and not undone."""

    intent: Intent
    opened: guard.Opened


class Injector:
    """Injects the rounds of one scenario's faults, and knows which of them are open."""

    def __init__(
        self,
        scenario: Scenario,
        site: Site,
        journal: Journal,
        recorder: Recorder,
        *,
        limits: Limits,
        workloads: Sequence[Ref],
        say: Callable[[str], None],
    ) -> None:
        """`workloads` are those whose ready pods the guard counts."""
        self._faults = [scenario.faults[round_.fault] for round_ in rounds_of(scenario)]
        self._site, self._journal, self._recorder = site, journal, recorder
        self._limits, self._workloads, self._say = limits, workloads, say
        self._open: dict[int, _Open] = {}
        self._stopped = ""

    def inject(self, indexes: Sequence[int]) -> None:
        """Inject these together: all are planned, guarded and in the journal before the first is done.

        Raises GuardRefused, InjectionFailed, GuardStopped; what was done by then is open.
        """
        batch = self._planned(indexes)
        for index, opened in batch.items():
            deeds = ", ".join(f"{touch.deed} {touch.name}" for touch in opened.plan.touches[:4])
            self._say(f"{opened.fault.name}: {deeds}")
            self._open[index] = _Open(self._journal.intend(opened.fault.name, opened.plan.token), opened)
        site = self._site._replace(clock=_Watched(self._site.clock, self.check_health))
        for index, opened in batch.items():
            self._write_injected(index, opened, damage_of(opened.fault).inject(site, opened.plan))
        for index, (fault, plan) in batch.items():
            for evidence in damage_of(fault).prove(site, plan, index):
                self._write(msgspec.structs.replace(evidence, t=self._recorder.at(evidence.t)))

    def undo(self, index: int) -> None:
        """Undo one injection; the timeline says how that went."""
        sent, intent = self._recorder.now(), self._open.pop(index).intent
        try:
            undo(self._site, self._journal, intent)
        except UndoFailed as error:
            self._write(Undone(t=self._recorder.now(), index=index, sent=sent, error=error.message))
        else:
            self._write(Undone(t=self._recorder.now(), index=index, sent=sent))

    def undo_all(self) -> None:
        """Undo all that is open, in its order."""
        indexes = {open_.intent.id: index for index, open_ in self._open.items()}
        for intent in in_order([open_.intent for open_ in self._open.values()]):
            self.undo(indexes[intent.id])

    def too_few_ready(self) -> str:
        """Why the guard stops the scenario, once it was so while a fault was open; else ''."""
        if self._open and not self._stopped:
            self._stopped = guard.too_few_ready(self._site.picture, self._workloads, self._limits)
        return self._stopped

    def check_health(self) -> None:
        """Raise GuardStopped where the scenario must not go on."""
        with self._recorder.still():
            reason = self.too_few_ready()
        if reason:
            raise GuardStopped(
                reason, hint="allow fewer ready pods with --healproof-min-healthy, or break less at once"
            )

    def _planned(self, indexes: Sequence[int]) -> dict[int, guard.Opened]:
        site, batch = self._site, dict[int, guard.Opened]()
        for index in indexes:
            plan = damage_of(self._faults[index]).plan(site)
            opened = guard.Opened(fault_of(self._faults[index], plan), plan)
            guard.check(opened.fault, plan, site.record, site.namespace, self._limits)
            site = site._replace(taken=site.taken | {t.name for t in plan.touches if t.resource == "pods"})
            batch[index] = opened
        already = [open_.opened for open_ in self._open.values()]
        guard.check_at_once(list(batch.values()), already, site.picture, self._limits)
        return batch

    def _write_injected(self, index: int, opened: guard.Opened, injection: Injection) -> None:
        self._write(
            Injected(
                t=self._recorder.now(),
                index=index,
                fault=opened.fault.name,
                sent=self._recorder.at(injection.sent),
                targets=[f"{touch.resource}/{touch.name}" for touch in opened.plan.touches],
                anchors=injection.anchors,
                blinds=injection.blinds,
            )
        )

    def _write(self, entry: AnyEntry) -> None:
        self._recorder.write(entry)


class _Watched:
    """The run's clock for faults at work: whoever waits by it is stopped when the guard says so."""

    def __init__(self, clock: Clock, check: Callable[[], None]) -> None:
        self._clock, self._check = clock, check

    def now(self) -> float:
        """Seconds on the run's scale."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Let that much time pass, unless the scenario must stop."""
        self._check()
        self._clock.sleep(seconds)
