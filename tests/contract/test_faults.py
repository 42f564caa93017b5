"""The contract of every fault, on every provider that can carry it."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from real_runs import Ground, required

from contract.samples import SAMPLES, TRACELESS
from contract.snapshot import Snapshot, take, versions
from contract.standing import standing
from harness.acquire import prober_image
from harness.faults import guard
from harness.faults.site import Plan, Site, damage_named, damage_of
from harness.kube import actions
from harness.machine.clock import wait_until
from harness.machine.progress import Silent
from harness.model.cluster import Capability
from harness.model.errors import GuardRefused
from harness.model.verdict import Outcome
from harness.providers.lease import lease
from harness.registry import FAULTS
from harness.session import Arena

CARRIED = {"kwok": frozenset({Capability.DISPOSABLE}), "kind": frozenset(Capability)}


def _cases() -> list[object]:
    return [
        pytest.param((provider, fault), marks=getattr(pytest.mark, provider), id=f"{provider}-{fault}")
        for provider, capabilities in CARRIED.items()
        for fault in FAULTS
        if FAULTS[fault].needs <= capabilities and fault in SAMPLES
    ]


class Trial(NamedTuple):
    """A fault that was planned, injected by a process that was killed, and recovered by another."""

    ground: Ground
    fault: str
    site: Site
    plan: Plan
    before: Snapshot
    versions: tuple[dict[str, str], dict[str, str]]
    written: list[str]
    broken: Snapshot
    pending: list[str]
    recovered: str
    after: Snapshot


@pytest.fixture(scope="module", params=_cases())
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """Through plan, death and recovery once; the tests look at what was seen on the way."""
    provider, fault = request.param
    ground: Ground = request.getfixturevalue(f"{provider}_ground")
    scenario, namespace = SAMPLES[fault], f"hp-contract-{fault}"
    folder = tmp_path_factory.mktemp(fault)
    with lease(ground.record, exclusive=scenario.alone):
        _empty(ground, namespace)
        actions.create_namespace(ground.client, namespace, {"healproof.dev/run": "contract"})
        for manifest in scenario.manifests:
            actions.apply(ground.client, manifest, namespace)
        try:
            with standing(ground.record, namespace, scenario.manifests, folder) as site:
                yield _tried(ground, fault, site, folder)
        finally:
            actions.delete_namespace(ground.client, namespace)


def _tried(ground: Ground, fault: str, site: Site, folder: Path) -> Trial:
    before = take(ground, site.namespace)
    logged = _audit(ground, site.namespace)
    assert logged, "the audit log must know the workload's creation, or its silence would say nothing"
    was = versions(ground, site.namespace)
    plan = damage_of(SAMPLES[fault].faults[0]).plan(site)
    now = versions(ground, site.namespace)
    written = _audit(ground, site.namespace)[len(logged) :]
    record = msgspec.json.encode(ground.record).decode()
    words = ("-m", "contract.standing", fault, record, site.namespace, str(folder / "child"))
    died = ground.start("python", *words).wait()
    assert died.code == -signal.SIGKILL, died.text
    broken = take(ground, site.namespace)
    pending = [intent.what for intent in ground.pending()]
    recovered = ground.healproof("recover").text
    after = take(ground, site.namespace)
    if after != before:  # taints of a cordon are the node controller's to remove, a moment later
        after = _settled(ground, site.namespace, before)
    return Trial(ground, fault, site, plan, before, (was, now), written, broken, pending, recovered, after)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_a_sample(fault: str) -> None:
    """A new fault cannot be forgotten: without a sample nothing of its contract would be held."""
    assert fault in SAMPLES, f"add a minimal scenario for {fault} to tests/contract/samples.py"


@pytest.mark.parametrize("case", _cases())
def test_a_fault_bites_with_evidence(
    case: tuple[str, str], request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runner sees it bite by another source than the injecting call, and leaves neither entry nor namespace."""
    provider, fault = case
    ground: Ground = request.getfixturevalue(f"{provider}_ground")
    monkeypatch.setenv("XDG_STATE_HOME", str(ground.state))
    marks = take(ground, "none").nodes
    image = prober_image()
    arena = Arena(ground.record, run="contract", folder=tmp_path, progress=Silent(), seed=1, prober_image=image)
    result = arena.run(SAMPLES[fault]).result
    arena.close()
    assert not [doubt for doubt in result.verdict.doubts if "bite" in doubt or "evidence" in doubt]
    assert result.outcome is Outcome.PASSED, result.verdict
    assert ground.pending() == []
    assert ground.namespaces(f"hp-sample-{fault}") == []
    if SAMPLES[fault].alone:
        required(lambda: take(ground, "none").nodes == marks or None, "the nodes' marks as before", 10)


def test_planning_touches_nothing(trial: Trial) -> None:
    """A plan is made by reading alone: no object has a new version, and the API server saw no write."""
    before, after = trial.versions
    assert after == before
    assert trial.written == []
    json.dumps(trial.plan.token)


def test_a_killed_run_leaves_the_fault_and_its_token(trial: Trial) -> None:
    """What a power cut leaves is on disk as a token, and what lasts of the fault is really there."""
    assert trial.pending == [trial.fault]
    assert (trial.broken == trial.before) == (trial.fault in TRACELESS)


def test_a_fresh_process_undoes_it_from_the_journal_alone(trial: Trial) -> None:
    """`healproof recover` puts specs, nodes and volumes back as they were, and its journal is gone."""
    assert f"undid {trial.fault}" in trial.recovered
    assert trial.after == trial.before
    assert trial.ground.pending() == []


def test_undoing_again_changes_nothing(trial: Trial) -> None:
    """A recovery that was itself cut off may be repeated as often as it takes."""
    undo = damage_named(trial.fault).undo
    token = msgspec.json.decode(msgspec.json.encode(trial.plan.token))
    for _ in range(2):
        undo(trial.site, token)
    assert _settled(trial.ground, trial.site.namespace, trial.before) == trial.before


def test_the_guard_refuses_what_is_not_its_own(trial: Trial) -> None:
    """The plan is accepted where it belongs, and nowhere else: other namespaces, other nodes, clusters of others."""
    record, namespace = trial.ground.record, trial.site.namespace
    guard.check(trial.plan, record, namespace)
    elsewhere = msgspec.structs.replace(record, namespaces=("elsewhere",))
    with pytest.raises(GuardRefused, match="was not allowed"):
        guard.check(trial.plan, elsewhere, namespace)
    with pytest.raises(GuardRefused, match="protected"):
        guard.check(trial.plan, record, "kube-system")
    if any(touch.resource != "nodes" for touch in trial.plan.touches):
        with pytest.raises(GuardRefused, match="may touch other only"):
            guard.check(trial.plan, record, "other")
    if any(touch.resource == "nodes" for touch in trial.plan.touches):
        for foreign in ({"nodes": ("another",)}, {"capabilities": ()}):
            with pytest.raises(GuardRefused, match="node "):
                guard.check(trial.plan, msgspec.structs.replace(record, **foreign), namespace)


def _audit(ground: Ground, namespace: str) -> list[str]:
    """What healproof, or kubectl on a node, wrote in a namespace or to nodes."""
    lines = Path(ground.record.audit_log or "").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    return [
        f"{entry['verb']} {entry['requestURI']}"
        for entry in entries
        if entry.get("userAgent", "").startswith(("healproof", "kubectl"))
        and (f"/namespaces/{namespace}" in entry["requestURI"] or "/v1/nodes" in entry["requestURI"])
    ]


def _empty(ground: Ground, namespace: str) -> None:
    """No namespace of that name is left from an earlier session."""
    actions.delete_namespace(ground.client, namespace)
    required(lambda: actions.find(ground.client, "namespaces", namespace) is None or None, f"{namespace} to go", 60)


def _settled(ground: Ground, namespace: str, wanted: Snapshot) -> Snapshot:
    seen: list[Snapshot] = []

    def look() -> bool:
        seen.append(take(ground, namespace))
        return seen[-1] == wanted

    wait_until(look, timeout_seconds=10, every_seconds=0.3)
    return seen[-1]
