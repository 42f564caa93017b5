"""The contract of every fault, on every provider that can carry it; a new fault file is in it without an edit here."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from real_runs import CARRIED, Ground, required

from contract.examples import load_fault, manifests
from contract.leftovers import await_quiet, left_after, snapshot
from contract.standing import Standing, Witness, standing
from harness.damage import guard, steps
from harness.damage.plan import Plan, damage_of
from harness.kube import actions
from harness.model.cluster import Capability
from harness.model.errors import GuardRefused
from harness.model.scenario import Fault, Reach
from harness.providers.lease import lease
from harness.registry import FAULTS
from harness.residue.differences import differences
from harness.residue.snapshot import Snapshot

SETTLED_SECONDS = 60


def _cases() -> list[object]:
    """Faults by workload, so that each workload is placed once."""
    return [
        pytest.param((provider, fault), marks=getattr(pytest.mark, provider), id=f"{provider}-{fault}")
        for provider, capabilities in CARRIED.items()
        for fault in sorted(FAULTS, key=lambda name: (FAULTS[name].example.workload, name))
        if FAULTS[fault].needs <= capabilities
    ]


class Trial(NamedTuple):
    """A fault that was planned, injected by a process that was killed, and recovered by another."""

    ground: Ground
    stand: Standing
    fault: Fault
    plan: Plan
    planned: list[str]
    around_planning: tuple[Snapshot, Snapshot]
    witness: Witness
    pending: list[str]
    broken: list[str]
    recovered: str
    residue: list[str]
    again: list[str]
    whole: str


@pytest.fixture(scope="module")
def places() -> Iterator[dict[str, Ground]]:
    """The namespaces in which a workload stands, each with the cluster that it is on."""
    placed: dict[str, Ground] = {}
    yield placed
    for namespace, ground in placed.items():
        actions.delete_namespace(ground.client, namespace)


@pytest.fixture(scope="module", params=_cases())
def trial(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, places: dict[str, Ground]
) -> Iterator[Trial]:
    """Through plan, death and recovery once; the tests look at what was seen on the way."""
    provider, name = request.param
    ground: Ground = request.getfixturevalue(f"{provider}_ground")
    lacking = sorted(FAULTS[name].needs - frozenset(ground.record.capabilities))
    if lacking:
        pytest.skip(f"{name} needs {', '.join(lacking)}; cluster {ground.record.name} lacks that")
    example = FAULTS[name].example
    folder = tmp_path_factory.mktemp(name)
    fault = load_fault(name, folder)
    with lease(ground.record, exclusive=True):
        namespace = f"hp-contract-{example.workload}-{provider}"
        places[namespace] = ground
        _place(ground, namespace, manifests(example))
        with standing(ground.record, namespace, folder / "parent") as stand:
            lacks = stand.steady(example)
            assert not lacks, f"the workload is not whole before the fault: {lacks}"
            tried = _tried(ground, stand, fault, folder)
            _note(provider, name, tried)
            yield tried


def _tried(ground: Ground, stand: Standing, fault: Fault, folder: Path) -> Trial:
    site = stand.site
    await_quiet(ground)
    before = snapshot(ground.client, ground.record)
    logged = len(_audit(ground))
    plan = damage_of(fault).plan(site)
    planned = _audit(ground)[logged:]
    after_planning = snapshot(ground.client, ground.record)
    record = msgspec.json.encode(ground.record).decode()
    died = ground.start("python", "-m", "contract.standing", fault.name, record, site.namespace, str(folder)).wait(240)
    assert died.code == -signal.SIGKILL, died.text
    witness = msgspec.json.decode((folder / "witness.json").read_bytes(), type=Witness)
    pending = [intent.what for intent in ground.pending()]
    broken = [str(each) for each in differences(before, snapshot(ground.client, ground.record))]
    began = time.monotonic()
    recovered = ground.healproof("recover", seconds=180)
    undo_seconds = time.monotonic() - began
    whole = stand.steady(FAULTS[fault.name].example)
    residue = left_after(ground.client, ground.record, before, seconds=SETTLED_SECONDS)
    for _ in range(2):
        steps.undo(site, steps.decode(msgspec.json.decode(msgspec.json.encode(witness.token))))
    again = left_after(ground.client, ground.record, before, seconds=SETTLED_SECONDS)
    text = f"exit {recovered.code} in {undo_seconds:.2f} s\n{recovered.text}"
    return Trial(
        ground,
        stand,
        fault,
        plan,
        planned,
        (before, after_planning),
        witness,
        pending,
        broken,
        text,
        residue,
        again,
        whole,
    )


def test_it_bites_with_evidence_of_another_source(trial: Trial) -> None:
    """The kubelet, a controller, the kernel or another reader shows it; the injecting call alone is not believed."""
    assert trial.witness.denied == []
    assert trial.witness.seen != []


def test_it_does_to_the_workload_what_its_reference_says(trial: Trial) -> None:
    """Healed while it lasts, broken until undone, or harmless: as the fault's example declares."""
    assert trial.witness.effect == str(FAULTS[trial.fault.name].example.effect)


def test_planning_touches_nothing(trial: Trial) -> None:
    """A plan is made by reading alone: the API server saw no write, and its token is plain data."""
    before, after = trial.around_planning
    assert after == before
    assert trial.planned == []
    json.dumps(trial.plan.token)


def test_a_killed_run_leaves_its_token(trial: Trial) -> None:
    """What a power cut leaves is on disk as a token; where something lasts it is really there."""
    assert trial.pending == [trial.fault.name]
    assert trial.broken != [] or not trial.plan.steps


def test_a_fresh_process_undoes_it_from_the_journal_alone(trial: Trial) -> None:
    """`healproof recover` leaves no residue that the independent snapshot sees, and the workload whole."""
    assert trial.recovered.startswith("exit 0"), trial.recovered
    assert f"undid {trial.fault.name}" in trial.recovered
    assert trial.residue == []
    assert trial.whole == ""
    assert trial.ground.pending() == []


def test_undoing_again_changes_nothing(trial: Trial) -> None:
    """A recovery that was itself cut off may be repeated as often as it takes."""
    assert trial.again == []


def test_the_guard_refuses_what_is_not_its_own(trial: Trial) -> None:
    """The plan is accepted where it belongs, and nowhere else: other namespaces, other nodes, clusters of others."""
    record, namespace = trial.ground.record, trial.stand.site.namespace
    guard.check(trial.fault, trial.plan, record, namespace)
    elsewhere = msgspec.structs.replace(record, namespaces=("elsewhere",))
    with pytest.raises(GuardRefused, match="was not allowed"):
        guard.check(trial.fault, trial.plan, elsewhere, namespace)
    with pytest.raises(GuardRefused, match="protected"):
        guard.check(trial.fault, trial.plan, record, "kube-system")
    touched = {touch.resource for touch in trial.plan.touches}
    if "nodes" in touched:
        with pytest.raises(GuardRefused, match="node "):
            guard.check(trial.fault, trial.plan, msgspec.structs.replace(record, nodes=("another",)), namespace)
    if trial.fault.reach is Reach.CONTROL_PLANE:
        foreign = msgspec.structs.replace(record, capabilities=(Capability.NODE_EXEC,))
        with pytest.raises(GuardRefused):
            guard.check(trial.fault, trial.plan, foreign, namespace)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_shows_an_example(fault: str, tmp_path: Path) -> None:
    """A new fault cannot be forgotten: its own example is what the contract tries, and it loads as a user writes it."""
    assert load_fault(fault, tmp_path).name == fault


def _audit(ground: Ground) -> list[str]:
    """What healproof wrote, as the API server logged it."""
    lines = Path(ground.record.audit_log or "").read_text().splitlines()
    entries = [json.loads(line) for line in lines if '"userAgent":"healproof' in line]
    return [
        f"{entry['verb']} {entry['requestURI']}" for entry in entries if entry["verb"] not in ("get", "list", "watch")
    ]


def _place(ground: Ground, namespace: str, objects: list[dict[str, object]]) -> None:
    """The workload, placed once and used by all faults of it: each must leave it as it was."""
    found = actions.find(ground.client, "namespaces", namespace)
    if found is not None and found["metadata"].get("deletionTimestamp"):
        required(lambda: actions.find(ground.client, "namespaces", namespace) is None or None, f"{namespace} to go", 90)
        found = None
    if found is None:
        actions.create_namespace(ground.client, namespace, {"healproof.dev/run": "contract"})
    for manifest in objects:
        actions.apply(ground.client, manifest, namespace)


def _note(provider: str, name: str, trial: Trial) -> None:
    """One line of the table of faults by provider, for whoever asks for it by HEALPROOF_CONTRACT_TABLE."""
    path = os.environ.get("HEALPROOF_CONTRACT_TABLE")
    if path:
        undo = trial.recovered.partition(" in ")[2].partition("\n")[0]
        row = [provider, name, f"{trial.witness.bite_seconds:.1f}", undo, "; ".join(trial.witness.seen)[:160]]
        with Path(path).open("a", encoding="utf-8") as table:
            table.write("| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in row) + " |\n")
