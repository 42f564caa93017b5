"""Guards at work: what they refuse is not touched, what they stop is undone, and composed faults are put back."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from real_runs import Ended, Ground, nothing_left, required, workload, write_scenario

from harness.kube import actions
from harness.load_recorded import read_timeline
from harness.model.errors import Exit
from harness.model.timeline import AnyEntry, Injected, Note, Undone

pytestmark = [pytest.mark.kwok, pytest.mark.slow]

WEB = workload("web", deployment={"spec": {"minReadySeconds": 0}})
HEALS = [{"recovers": {"of": "deployment/web", "within": "20s", "hold": "1s"}}]
MINE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "guarded"}}


def drift(replicas: int, **fields: Any) -> dict[str, Any]:
    """The number of replicas changed by hand."""
    return {"drift": {"of": "deployment/web", "set": {"spec": {"replicas": replicas}}, **fields}}


def lost(**fields: Any) -> dict[str, Any]:
    return {"pod-delete": {"select": "app=web", **fields}}


def run(ground: Ground, paths: list[Path], *options: str) -> tuple[Ended, dict[str, dict[str, Any]], Path]:
    """A run with its results by scenario, and its folder."""
    before = set((ground.folder / "reports").glob("2*"))
    ended = ground.run(*map(str, paths), "--", *options).wait()
    (folder,) = set((ground.folder / "reports").glob("2*")) - before
    found = json.loads((folder / "results.json").read_text())["scenarios"]
    return ended, {result["name"]: result for result in found}, folder


def doubts(result: dict[str, Any]) -> str:
    assert result["verdict"]["outcome"] == "inconclusive"
    return " ".join(result["verdict"]["doubts"])


def entries(folder: Path, name: str) -> list[AnyEntry]:
    return read_timeline(folder / name / "timeline.jsonl")


def writes(ground: Ground) -> list[str]:
    """All that healproof ever wrote to the cluster; the audit log keeps everything but reads, leases and events.

    A question about its own rights is asked by POST, and nothing of it is kept.
    """
    lines = map(json.loads, Path(ground.record.audit_log or "").read_text().splitlines())
    own = [f"{x['verb']} {x['requestURI']}" for x in lines if x.get("userAgent", "").startswith("healproof")]
    return [words for words in own if not words.endswith("/selfsubjectaccessreviews")]


def test_a_refused_run_makes_nothing_but_reads(kwok_ground: Ground, tmp_path: Path) -> None:
    """What data, record and limits alone tell is refused with its hint before anything is placed: exit code 4."""
    refused = {
        "too-many-pods": ([lost(all=True)], "3 of 3 pods of deployment/web would be hit at once; allowed are 1 (1)"),
        "together-too-many": ([lost(), lost()], "2 of 3 pods of deployment/web"),
        "too-many-faults": (
            [lost(), lost(after="1s"), lost(after="2s")],
            "3 faults would be open at once; allowed are 2",
        ),
        "no-such-node": ([{"node-drain": {"node": "elsewhere"}}], "node elsewhere does not belong to cluster"),
    }
    paths = [write_scenario(tmp_path, name, WEB, faults, HEALS) for name, (faults, _) in refused.items()]
    actions.apply(kwok_ground.client, MINE)
    before = len(writes(kwok_ground))
    assert before, "an audit log that knows no write would prove nothing"
    ended, results, folder = run(kwok_ground, paths, "--healproof-max-pods=1", "--healproof-max-faults=2")
    assert ended.code == Exit.UNDECIDED, ended.text
    for name, (_, said) in refused.items():
        assert said in doubts(results[name])
        assert "; hint: " in doubts(results[name])
        assert not [entry for entry in entries(folder, name) if isinstance(entry, Injected)]
    assert writes(kwok_ground)[before:] == []
    nothing_left(kwok_ground)


def test_a_cluster_of_others_is_guarded_without_a_word(kwok_ground: Ground, tmp_path: Path) -> None:
    """Half of a workload's pods and one fault at once are the most there, and its control plane must be confirmed."""
    actions.apply(kwok_ground.client, MINE)
    faults = {
        "all-pods": ([lost(all=True)], "allowed are 1 (50%)"),
        "two-faults": ([lost(), lost(after="1s")], "2 faults would be open at once; allowed are 1"),
        "dns": ([{"dns-down": {}}], "breaking its control plane was not confirmed"),
    }
    paths = [write_scenario(tmp_path, name, WEB, wanted, HEALS) for name, (wanted, _) in faults.items()]
    before, seen = len(writes(kwok_ground)), set((kwok_ground.folder / "reports").glob("2*"))
    words = ("run", "--cluster", "kubeconfig", "--reports", str(kwok_ground.folder / "reports"), *map(str, paths), "--")
    options = (f"--healproof-kubeconfig={kwok_ground.record.kubeconfig}", "--healproof-context=kube-tests")
    ended = kwok_ground.healproof(*words, *options, "--healproof-namespaces=guarded", "--healproof-node-access")
    assert ended.code == Exit.UNDECIDED, ended.text
    (folder,) = set((kwok_ground.folder / "reports").glob("2*")) - seen
    results = {r["name"]: r for r in json.loads((folder / "results.json").read_text())["scenarios"]}
    for name, (_, said) in faults.items():
        assert said in doubts(results[name])
    assert writes(kwok_ground)[before:] == []


def test_too_few_healthy_pods_stop_the_run_and_undo_everything(kwok_ground: Ground, tmp_path: Path) -> None:
    """Below the share that must be ready nothing goes on: the fault is undone at once, and the verdict says why."""
    path = write_scenario(tmp_path, "falls-too-low", WEB, [drift(0), lost(after="60s")], HEALS)
    ended, results, folder = run(kwok_ground, [path], "--healproof-min-healthy=60%")
    assert ended.code == Exit.UNDECIDED, ended.text
    assert "of the scenario are ready, less than 60%" in doubts(results["falls-too-low"])
    assert results["falls-too-low"]["seconds"] < 50
    undone = [entry for entry in entries(folder, "falls-too-low") if isinstance(entry, Undone)]
    assert [(entry.index, entry.error) for entry in undone] == [(0, "")]
    nothing_left(kwok_ground)


def test_two_faults_on_one_field_are_refused_and_the_first_is_undone(kwok_ground: Ground, tmp_path: Path) -> None:
    """Each would put back what it found; whichever ended first, something would be left."""
    path = write_scenario(tmp_path, "collide", WEB, [drift(2, **{"for": "3s"}), drift(1, after="1s")], HEALS)
    ended, results, folder = run(kwok_ground, [path])
    assert ended.code == Exit.UNDECIDED, ended.text
    assert "has changed and not yet put back: deployments/web" in doubts(results["collide"])
    assert [entry.index for entry in entries(folder, "collide") if isinstance(entry, Undone)] == [0]
    nothing_left(kwok_ground)


def test_rounds_and_drawn_faults_are_injected_proved_and_undone_one_by_one(kwok_ground: Ground, tmp_path: Path) -> None:
    """Each round is an injection of its own, faults of one moment come together, and the seed draws the same again."""
    drawn = {"one-of": {"after": "4s", "choices": [lost(), lost(grace=0), lost(count=2)]}}
    faults = [drift(2, every="4s", times=2, **{"for": "2s"}), drawn]
    path = write_scenario(tmp_path, "composed", WEB, faults, HEALS)
    told = []
    for _ in range(2):
        ended, results, folder = run(kwok_ground, [path], "--healproof-seed=7")
        assert ended.code == Exit.PASSED, ended.text
        found = entries(folder, "composed")
        injected = [entry for entry in found if isinstance(entry, Injected)]
        assert [entry.index for entry in injected] == [0, 1, 2]
        assert [entry.fault for entry in injected] == ["drift", "drift", "pod-delete"]
        assert [entry.index for entry in found if isinstance(entry, Undone)] == [0, 1, 2]
        told.append([entry.text for entry in found if isinstance(entry, Note) and "drew" in entry.text])
        assert results["composed"]["verdict"]["outcome"] == "passed"
    assert told[0] == told[1] != []
    nothing_left(kwok_ground)


def test_plan_says_what_would_be_touched_and_only_reads(kwok_ground: Ground, tmp_path: Path) -> None:
    """On a workload that stands: the drawn targets, each step's undo, the guard's answer; the same by the same seed."""
    actions.apply(kwok_ground.client, MINE)
    for manifest in WEB:
        actions.apply(kwok_ground.client, manifest, "guarded")
    required(lambda: len(kwok_ground.listed("pods", "guarded")) == 3 or None, "three pods")
    elsewhere = {"drift": {"of": "deployment/web", "set": {"spec": {"replicas": 9}}, "after": "1s"}}
    drawn = {"one-of": {"choices": [lost(), lost(count=2)], "every": "5s", "times": 2}}
    path = str(write_scenario(tmp_path, "planned", WEB, [drawn, elsewhere], HEALS))
    before = len(writes(kwok_ground))
    words = ("plan", path, "--cluster", kwok_ground.record.name, "--namespace", "guarded", "--seed", "5")
    first, again = kwok_ground.healproof(*words), kwok_ground.healproof(*words)
    assert (first.code, first.text) == (0, again.text), first.text
    names = {pod["metadata"]["name"] for pod in kwok_ground.listed("pods", "guarded")}
    assert any(f"delete pods/{name} in guarded; no undo: the owning controller" in first.text for name in names)
    assert "deployments/web in guarded; undo: back as it was: spec.replicas=3" in first.text
    assert "one-of drew pod-delete" in first.text
    assert "at 5s: fault 1 (one-of), round 2 of 2, until everything is decided" in first.text
    assert first.text.count("guard: lets it through") == 2
    assert writes(kwok_ground)[before:] == []
    refused = kwok_ground.healproof(*words[:5], "kube-system")
    assert refused.code == Exit.USAGE
    assert "kube-system is protected" in refused.text
    actions.delete_namespace(kwok_ground.client, "guarded")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_composed_run_that_ends_early_leaves_nothing(
    kwok_ground: Ground, tmp_path: Path, number: signal.Signals
) -> None:
    """With two faults open, Ctrl-C and `kill` undo both on the way out; after kill -9 `recover` does, latest first."""
    label = {"drift": {"of": "service/web", "set": {"spec": {"selector": {"app": "nobody"}}}, "after": "1s"}}
    path = write_scenario(tmp_path, "cut-short", WEB, [drift(2), label, lost(after="60s")], HEALS)
    live = kwok_ground.run(str(path))
    kwok_ground.await_intent("drift", live)
    required(lambda: len(kwok_ground.pending()) == 3 or None, "both faults in the journal", 20)
    if number is signal.SIGKILL:
        live.kill()
        assert [intent.what for intent in kwok_ground.pending()] == ["namespace", "drift", "drift"]
        recovered = kwok_ground.healproof("recover")
        assert (recovered.code, "undone: 3" in recovered.text) == (0, True), recovered.text
    else:
        live.send(number)
        assert live.wait(40).code not in (Exit.PASSED, Exit.FAILED)
    nothing_left(kwok_ground)
