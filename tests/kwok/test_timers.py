"""Timers of a living cluster, and the deadlines that follow from them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from real_runs import Ground, workload

from harness.acquire import prober_image
from harness.expect.recovers import Recovers
from harness.faults.pod_delete import PodDelete
from harness.faults.probe_fail import Probe, ProbeFail
from harness.judge import judge
from harness.load_recorded import read_timeline, recorded_scenario
from harness.machine.progress import Silent
from harness.model.budget import Place
from harness.model.scenario import Fault, Scenario
from harness.model.timeline import Header
from harness.model.timers import DEFAULT
from harness.model.units import BUDGET, Ref, Seconds, Selector
from harness.model.verdict import Outcome
from harness.observe.timers import read_timers
from harness.session import Arena

pytestmark = pytest.mark.kwok

RUNS = "hp-by-budget"
WEB = Ref("deployment/web")


def promised(fault: Fault) -> Scenario:
    return Scenario(
        name="by-budget",
        why="A deadline must follow from the cluster's own timers.",
        manifests=workload("web", deployment={"spec": {"minReadySeconds": 0}}),
        faults=[fault],
        expect=[Recovers(of=WEB, within=BUDGET, hold=Seconds(1))],
    )


@pytest.fixture
def arena(kwok_ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Arena:
    monkeypatch.setenv("XDG_STATE_HOME", str(kwok_ground.state))
    return Arena(
        kwok_ground.record, run="budgets", folder=tmp_path, progress=Silent(), seed=1, prober_image=prober_image()
    )


def test_the_timers_are_those_that_the_processes_were_started_with(kwok_ground: Ground) -> None:
    """The compressed shape says eight seconds of grace; the node's own lease lasts as long as was read."""
    timers = read_timers(kwok_ground.client, kwok_ground.record)
    assert (timers.node_monitor_grace_period, timers.node_monitor_period, timers.simulated) == (8, 1, True)
    leases = kwok_ground.listed("leases", "kube-node-lease")
    assert {lease["spec"]["leaseDurationSeconds"] for lease in leases} == {timers.node_lease_duration}


def test_a_cluster_that_tells_nothing_has_the_documented_timers(kwok_ground: Ground) -> None:
    """No static pods, no kubelet to ask: Kubernetes' own values, and it says that they were not read."""
    foreign = msgspec.structs.replace(kwok_ground.record, provider="kubeconfig")
    assert read_timers(kwok_ground.client, foreign) == DEFAULT
    assert DEFAULT.read == []


def test_a_budget_as_deadline_is_kept_and_says_the_same_from_the_file(arena: Arena, tmp_path: Path) -> None:
    """The timers are in the header, so the deadline is as well."""
    result = arena.run(promised(PodDelete(select=Selector("app=web"), after=Seconds(0.5)))).result
    arena.close()
    assert result.outcome is Outcome.PASSED, result.verdict
    assert [compared.place for compared in result.verdict.budgets] == [Place.INSIDE]
    path = tmp_path / result.timeline
    entries = read_timeline(path)
    assert isinstance(entries[0], Header)
    assert entries[0].timers is not None
    assert judge(recorded_scenario(path, entries), entries) == result.verdict


def test_a_deadline_that_is_none_is_refused_before_anything_is_touched(arena: Arena, kwok_ground: Ground) -> None:
    """No namespace is made, and the reason says what to write instead."""
    ended = arena.run(promised(ProbeFail(of=WEB, probe=Probe.READINESS)))
    arena.close()
    assert ended.result.outcome is Outcome.INCONCLUSIVE
    assert "accepted is a duration" in ended.result.verdict.headline
    assert kwok_ground.namespaces(RUNS) == []
    assert [entry for entry in ended.entries if type(entry).__name__ in ("Injected", "Undone")] == []
