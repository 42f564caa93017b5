"""The arena: one cluster, leased, with all that scenarios of one process share on it; it turns runs into results."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.anatomy.recoveries import recoveries_of
from harness.budget.forecast import by_deadline_of
from harness.damage.ways import levers, reach
from harness.explain import SCENE
from harness.kube.client import Client
from harness.kube.informer import Hub
from harness.machine.clock import Clock, Monotonic
from harness.machine.progress import Progress
from harness.model.anatomy import Anatomy
from harness.model.cluster import ClusterRecord
from harness.model.errors import HealproofError
from harness.model.explained import Explained
from harness.model.limits import Limits
from harness.model.proof import held
from harness.model.result import ScenarioResult, Stage
from harness.model.scenario import Scenario
from harness.model.timeline import AnyEntry, Phase
from harness.model.timers import DEFAULT
from harness.model.verdict import Finding, Outcome, Verdict
from harness.observe.timers import read_timers
from harness.providers.lease import lease
from harness.report.healing import recovery_lines
from harness.report.results import write_result
from harness.report.words import cause_lines, twin_words
from harness.run import Bench, run_scenario


class PromiseBroken(AssertionError):
    """A scenario's promise was not kept: the system under test failed, so pytest and Allure say *failed*."""


class Undecided(HealproofError):
    """Nothing can be said of the system under test, so pytest and Allure say *broken*, not *failed*."""


class Outcomes(NamedTuple):
    """A scenario's result with the entries that it was judged from."""

    result: ScenarioResult
    entries: list[AnyEntry]

    def require(self) -> None:
        """Raise PromiseBroken for a broken promise, Undecided where nothing can be said; skip what cannot run here."""
        result = self.result
        if result.outcome is Outcome.SKIPPED:
            pytest.skip(result.skip_reason)
        if result.outcome is Outcome.PASSED:
            return
        why = explain(result.verdict, result.recoveries, result.diagnosis)
        if result.outcome is Outcome.INCONCLUSIVE:
            raise Undecided(why)
        raise PromiseBroken(why if result.control_held is None else f"{twin_words(result)}\n{why}")


Publish = Callable[[ScenarioResult, list[AnyEntry]], None]


class Arena:
    """Runs scenarios on one cluster. One a process; `close` it at the end."""

    def __init__(
        self,
        record: ClusterRecord,
        *,
        run: str,
        folder: Path,
        progress: Progress,
        seed: int,
        prober_image: str,
        limits: Limits | None = None,
        publish: Publish | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`publish` is shown each result with its entries as soon as it is there; `limits` default to the cluster's."""
        clock = clock or Monotonic()
        client = Client.from_kubeconfig(record.kubeconfig, record.context)
        self.record = record
        self.client = client
        self._folder = folder
        self._publish = publish
        self._bench = Bench(
            record=record,
            client=client,
            hub=Hub(client, clock, record.namespaces),
            node_exec=reach(record),
            levers=levers(record),
            clock=clock,
            progress=progress,
            run=run,
            seed=seed,
            prober_image=prober_image,
            limits=limits or Limits.of({}, disposable=record.disposable),
            timers=read_timers(client, record),
        )

    def run(self, scenario: Scenario, *, node_id: str = "", control: str = "", repetition: int = 0) -> Outcomes:
        """Run a scenario, or with `control` the twin of that name; writes its result into the run's folder.

        Each `repetition`, counted from 1, draws its random choices from the run's seed and its own number.
        """
        wanted = scenario.twin(control) if control else scenario
        if control:
            wanted = by_deadline_of(scenario, wanted, self._bench.timers or DEFAULT)
        needs = scenario.needs | wanted.needs.union(*(each.needs for each in wanted.control.values() if control))
        lacking = sorted(needs - frozenset(self.record.capabilities))
        if lacking:
            outcome = Outcomes(self._skipped(scenario, node_id, control, repetition, lacking), [])
        else:
            outcome = self._ran(scenario, wanted, node_id, repetition)
        write_result(self._folder / slug_of(wanted.name, repetition), outcome.result)
        if self._publish is not None:
            self._publish(*outcome)
        return outcome

    def close(self) -> None:
        """End the watches."""
        self._bench.hub.close()
        self.client.close()

    def _ran(self, scenario: Scenario, wanted: Scenario, node_id: str, repetition: int) -> Outcomes:
        slug = slug_of(wanted.name, repetition)
        bench = self._bench._replace(seed=seed_of(self._bench.seed, repetition))
        with lease(self.record, exclusive=wanted.alone):
            ran = run_scenario(wanted, bench, self._folder / slug)
        result = ScenarioResult(
            name=scenario.name,
            node_id=node_id,
            why=scenario.why,
            severity=str(scenario.severity),
            rows=list(scenario.rows),
            verdict=ran.verdict,
            seconds=round(ran.seconds, 3),
            started_at=ran.started_at,
            scenario=wanted.as_data(),
            stages=stages(ran.entries),
            cluster=self.record.name,
            provider=self.record.provider,
            timeline=f"{slug}/timeline.jsonl",
            control=wanted.twin_of,
            control_held=held(wanted, ran.verdict),
            recoveries=recoveries_of(wanted, ran.entries, ran.verdict),
            repetition=repetition,
            diagnosis=ran.explained,
            scene=f"{slug}/{SCENE}" if ran.explained and not ran.explained.missing else "",
        )
        return Outcomes(result, ran.entries)

    def _skipped(
        self, scenario: Scenario, node_id: str, control: str, repetition: int, lacking: Sequence[str]
    ) -> ScenarioResult:
        reason = f"needs {', '.join(lacking)}; cluster {self.record.name} ({self.record.provider}) lacks that"
        return ScenarioResult(
            name=scenario.name,
            node_id=node_id,
            why=scenario.why,
            severity=str(scenario.severity),
            rows=list(scenario.rows),
            verdict=Verdict(outcome=Outcome.SKIPPED, findings=[], doubts=[reason]),
            seconds=0.0,
            started_at="",
            scenario=scenario.as_data(),
            cluster=self.record.name,
            provider=self.record.provider,
            skip_reason=reason,
            control=control,
            repetition=repetition,
        )


def slug_of(name: str, repetition: int = 0) -> str:
    """A folder name for a scenario, or for one of its repetitions, which have folders below it."""
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "scenario"
    return f"{slug}/{repetition}" if repetition else slug


def seed_of(seed: int, repetition: int) -> int:
    """The seed of a repetition, by the run's; the first has that itself."""
    if repetition <= 1:
        return seed
    return random.Random(f"{seed}:{repetition}").randrange(1_000_000)  # noqa: S311 - a printed seed must repeat it


def stages(entries: list[AnyEntry]) -> list[Stage]:
    """The phases of a run with their lengths."""
    phases = [entry for entry in entries if isinstance(entry, Phase)]
    ends = [phase.t for phase in phases[1:]] + [max((entry.t for entry in entries), default=0.0)]
    return [Stage(name=p.name, began=p.t, seconds=round(end - p.t, 3)) for p, end in zip(phases, ends, strict=True)]


def explain(verdict: Verdict, recoveries: Sequence[Anatomy] = (), diagnosis: Explained | None = None) -> str:
    """A verdict in words: its cause, each promise, for those not kept what was seen and lacked, then each recovery."""
    lines = [verdict.headline, *(f"  {line}" for line in cause_lines(diagnosis))]
    lines += [f"  doubt: {doubt}" for doubt in verdict.doubts]
    lines += [f"  alarm: {alarm}" for alarm in verdict.alarms]
    lines += [f"  note: {note}" for note in verdict.notes]
    for finding in verdict.findings:
        lines.append(f"  {finding.expectation}: {finding.outcome}: {finding.text}")
        lines += _indented("difference", finding) + _indented("last_seen", finding)
    lines += [f"  {line}" for anatomy in recoveries for line in recovery_lines(anatomy)]
    return "\n".join(lines)


def _indented(field: str, finding: Finding) -> list[str]:
    text: str = getattr(finding, field)
    return [f"    {field.replace('_', ' ')}: {text.replace(chr(10), chr(10) + '      ')}"] if text else []
