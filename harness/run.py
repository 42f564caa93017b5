"""The runner: the one control flow of a scenario. Baseline, inject, evidence, hold, undo, converge, residue, stop.

It decides nothing about success: it writes the timeline, and asks the judge only whether looking on is worth it.
"""

from __future__ import annotations

import datetime
import random
from pathlib import Path
from typing import NamedTuple

from harness.budget.forecast import Ground, refusal, zones_of
from harness.damage import guard
from harness.damage.site import Levers, NodeExec, Site
from harness.damage.undo import undo_all
from harness.explain import Explainer, reader_of
from harness.injector import Injector
from harness.journal import Intent, Journal
from harness.judge import Judge
from harness.kube.client import Client
from harness.kube.informer import Hub
from harness.lookout import Lookout
from harness.machine.clock import Clock
from harness.machine.progress import Progress
from harness.model.agenda import Agenda
from harness.model.cluster import ClusterRecord
from harness.model.errors import BadInput, HealproofError, UndoFailed
from harness.model.explained import Explained
from harness.model.limits import Limits
from harness.model.scenario import Scenario
from harness.model.timeline import AnyEntry, Broken, Note, Phase
from harness.model.timers import DEFAULT, Timers
from harness.model.units import Ref
from harness.model.verdict import Outcome, Verdict
from harness.observe.header import header_of
from harness.observe.state import StateReader
from harness.observe.timeline import Recorder
from harness.observe.traffic import Traffic, traffic_needed
from harness.observe.watches import WATCHED, Watching, watch, watched
from harness.place import choose_namespace, place, workload_refs

STEADY_SECONDS = 1.0
"""How long every workload must be whole before a fault: a baseline that flaps is none."""
SYNC_SECONDS_MAX = 30.0
"""How long the watches may take to list."""
TRAFFIC_SECONDS_MAX = 60.0
"""How long the first answered request may take once the workload is whole."""
RESIDUE_SECONDS_MAX = 60.0
"""How long nodes may take to be as they were before: one that comes back is Ready once its kubelet has said so."""


class Bench(NamedTuple):
    """What the scenarios of one run on one cluster share."""

    record: ClusterRecord
    client: Client
    hub: Hub
    node_exec: NodeExec
    levers: Levers
    clock: Clock
    progress: Progress
    run: str
    seed: int
    prober_image: str
    limits: Limits
    timers: Timers | None = None


class Ran(NamedTuple):
    """What a run of a scenario left: its verdict, the entries it was judged from, and why it was not passed."""

    verdict: Verdict
    entries: list[AnyEntry]
    started_at: str
    seconds: float
    explained: Explained | None = None


def run_scenario(scenario: Scenario, bench: Bench, folder: Path) -> Ran:
    """Run it, its timeline in `folder`; whatever happens, what was changed is undone before this returns or raises.

    What goes wrong, a guard's refusal included, is in the timeline and makes the verdict inconclusive.
    """
    started_at = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    began = bench.clock.now()
    run = _Run(scenario, bench, folder, started_at)
    try:
        verdict = run.through_all_phases()
        explained = run.explained(verdict)
    finally:
        run.put_back()
    return Ran(verdict, run.entries, started_at, bench.clock.now() - began, explained)


class _Run:
    def __init__(self, scenario: Scenario, bench: Bench, folder: Path, started_at: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._scenario, self._bench, self._folder = scenario, bench, folder
        self._namespace = choose_namespace(bench.record, scenario.name)
        self._judge = Judge(scenario)
        self.entries: list[AnyEntry] = []
        self._recorder = Recorder(folder / "timeline.jsonl", bench.clock)
        self._recorder.sinks += [self.entries.append, self._judge.see]
        self._recorder.write(header_of(scenario, bench.record, self._namespace, started_at, bench.timers))
        self._journal = Journal.begin(run=bench.run, scenario=scenario.name, cluster=bench.record)
        self._watching: Watching | None = None
        self._placed = False
        self._traffic: list[Traffic] = []
        self._nodes_before: dict[str, list[str]] = {}
        self._site = Site(
            client=bench.client,
            record=bench.record,
            namespace=self._namespace,
            picture=self._judge.picture,
            node_exec=bench.node_exec,
            levers=bench.levers,
            clock=bench.clock,
            random=random.Random(f"{bench.seed}:{scenario.name}"),  # noqa: S311 - a printed seed must repeat the run
            note=self._note,
        )
        self._state = StateReader(scenario, self._site, self._recorder)
        self._injector = Injector(
            scenario,
            self._site,
            self._journal,
            self._recorder,
            limits=bench.limits,
            workloads=workload_refs(scenario.manifests),
            say=self._say,
        )
        self._lookout = Lookout(self._judge, self._recorder, self._injector)
        self._explainer = Explainer(reader_of(self._site), self._recorder, self.entries)

    def through_all_phases(self) -> Verdict:
        """Everything up to the verdict."""
        try:
            self._prepare()
            if self._baseline():
                self._damage()
                self._look_closer()
                self._phase("undo")
                self._injector.undo_all()
                self._phase("converge")
                self._lookout.look_on()
                self._residue()
        except HealproofError as error:  # a guard's refusal as well: the reports must not lack the scenario
            text = f"{error.message}; hint: {error.hint}" if error.hint else error.message
            self._write(Broken(t=self._now(), source=type(error).__name__, text=text))
            self._injector.undo_all()
        for traffic in self._traffic:
            traffic.stop()
        self._phase("stop")
        with self._recorder.still():
            return self._judge.verdict(self._now())

    def explained(self, verdict: Verdict) -> Explained | None:
        """Why it is not passed; None where it is, or where nothing was placed that could be looked at."""
        if (verdict.outcome is Outcome.PASSED and not verdict.alarms) or not self._placed:
            return None
        self._say(f"{verdict.headline}; looking for the cause")
        return self._explainer.explained(verdict, self._scenario, self._folder)

    def put_back(self) -> None:
        """Undo whatever is not undone yet, end the observers, let go of the workload."""
        for traffic in self._traffic:
            traffic.stop()
        waited = any(undone.error for undone in self._judge.picture.undone.values())
        undo_all(self._site, self._journal, self._undo_failed, patient=not waited)
        if self._watching is not None:
            self._watching.close()
        self._journal.discard()
        self._recorder.close()

    def _prepare(self) -> None:
        self._phase("prepare")
        guard.foresee(self._scenario, self._bench.record, self._bench.limits, self._namespace)
        self._watching = watch(self._bench.hub, self._recorder, self._namespace, watched(self._bench.record))
        self._bench.hub.wait_synced(WATCHED, SYNC_SECONDS_MAX)
        self._check_budgets()
        self._traffic = [
            Traffic(self._bench.client, self._recorder, self._namespace, need, self._bench.prober_image)
            for need in traffic_needed(self._scenario)
        ]
        self._placed = True
        place(
            self._bench.client,
            self._bench.record,
            self._journal,
            self._recorder,
            namespace=self._namespace,
            run=self._bench.run,
            manifests=self._scenario.manifests,
            probers=[traffic.pod_name for traffic in self._traffic],
        )
        for traffic in self._traffic:
            traffic.prepare()

    def _check_budgets(self) -> None:
        """A deadline that follows from the timers must be one before anything is touched."""
        ground = Ground(self._bench.timers or DEFAULT, zones_of(self._judge.picture))
        for promise in self._scenario.expect:
            reason = refusal(self._scenario, promise, ground)
            if reason is not None:
                raise BadInput(f"{promise.name}: {reason.wrong}; accepted is {reason.accepted}")

    def _baseline(self) -> bool:
        """Wait until every workload has been whole for a while and traffic flows; says whether that came to be."""
        self._phase("baseline")
        refs = workload_refs(self._scenario.manifests)
        deadline = self._now() + self._scenario.baseline
        steady = False
        while not steady and self._now() < deadline:
            if self._recorder.wait(lambda: not self._lacking(refs), deadline):
                until = self._now() + STEADY_SECONDS
                steady = not self._recorder.wait(lambda: bool(self._lacking(refs)), until)
        if not steady:
            with self._recorder.still():
                lacking = "; ".join(self._lacking(refs)) or "it flapped"
            text = f"the workload was not steady within {self._scenario.baseline}: {lacking}"
            self._write(Broken(t=self._now(), source="baseline", text=text))
            return False
        for traffic in self._traffic:
            traffic.start(TRAFFIC_SECONDS_MAX)
        self._state.before()
        self._nodes_before = self._judge.picture.node_marks()
        return True

    def _lacking(self, refs: list[Ref]) -> list[str]:
        return [lacks for ref in refs if (lacks := self._judge.picture.steady(ref))]

    def _damage(self) -> None:
        """Inject each fault when it is due and undo those that last a given time, until nothing more can be learnt."""
        self._phase("inject")
        begin = self._now()
        agenda = Agenda(self._scenario, begin)
        while agenda.next is not None and not self._lookout.must_stop():
            if agenda.next > self._now():
                self._recorder.wait(self._lookout.must_stop, agenda.next)
                continue
            due = agenda.take()
            for index in due.undo:
                self._injector.undo(index)
            self._injector.inject(due.inject)
            for index in due.inject:
                lasts = agenda.lasts(index)
                if lasts is not None:
                    agenda.undo_at(self._judge.picture.injected[index].t + lasts, index)
        self._phase("hold")
        self._lookout.look_on(least_until=begin + self._scenario.observe)
        self._lookout.await_bites()
        self._injector.check_health()

    def _look_closer(self) -> None:
        """What broke a promise may be gone once the faults are; no clock of a promise runs any more, or none yet."""
        with self._recorder.still():
            failed = bool(self._judge.failed(self._now()))
        if failed and not self._lookout.must_stop():
            self._phase("diagnose")
            self._explainer.look()

    def _residue(self) -> None:
        """Nodes must be Ready and marked (cordons, taints) as they were before, as the watch shows them."""
        self._phase("residue")
        self._state.after()
        picture = self._judge.picture
        until = self._now() + RESIDUE_SECONDS_MAX
        if not self._recorder.wait(lambda: picture.node_marks() == self._nodes_before, until):
            text = f"nodes are not as before: {picture.node_marks()} instead of {self._nodes_before}"
            self._write(Broken(t=self._now(), source="residue", text=text))

    def _undo_failed(self, intent: Intent, error: UndoFailed) -> None:
        self._bench.progress.say(f"{self._scenario.name}: undo of {intent.what} failed: {error}")

    def _phase(self, name: str) -> None:
        self._write(Phase(t=self._now(), name=name))
        self._say(name)

    def _note(self, text: str) -> None:
        self._write(Note(t=self._now(), source="fault", text=text))

    def _say(self, text: str) -> None:
        self._bench.progress.say(f"{self._scenario.name}: {text}")

    def _write(self, entry: AnyEntry) -> None:
        self._recorder.write(entry)

    def _now(self) -> float:
        return self._recorder.now()
