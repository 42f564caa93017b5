"""`healproof diagnose` of records: what is printed, and the exit code. No cluster is asked."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from harness.cli import main
from harness.gather.scene_file import write_scene
from harness.model.full.cluster import Event
from harness.model.full.workloads import Workload
from harness.model.scene import FULL_TYPES, Scene
from harness.model.timeline import Header, encode_entry

NOW = "2026-03-05T12:00:00Z"
WEB = {
    "metadata": {"name": "web", "namespace": "shop", "uid": "u-web", "generation": 1},
    "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}},
    "status": {"observedGeneration": 1},
}
REPLICAS = {
    **WEB,
    "metadata": {
        "name": "web-1",
        "namespace": "shop",
        "uid": "u-rs",
        "ownerReferences": [{"kind": "Deployment", "name": "web", "uid": "u-web", "controller": True}],
    },
}
REFUSED = {
    "metadata": {"name": "e", "namespace": "shop", "uid": "u-e"},
    "involvedObject": {"kind": "ReplicaSet", "name": "web-1", "uid": "u-rs", "namespace": "shop"},
    "reason": "FailedCreate",
    "type": "Warning",
    "message": 'Error creating: pods "web-1-abcde" is forbidden: exceeded quota: few, requested: pods=1, used: pods=0, '
    "limited: pods=0",
    "lastTimestamp": NOW,
}


def scene(*, broken: bool) -> Scene:
    objects: dict[str, list[object]] = {plural: [] for plural in FULL_TYPES}
    if broken:
        objects["deployments"] = [msgspec.convert(WEB, Workload)]
        objects["replicasets"] = [msgspec.convert(REPLICAS, Workload)]
        objects["events"] = [msgspec.convert(REFUSED, Event)]
    return Scene(namespace="shop", at=1772712005.0, objects=objects)


def header(namespace: str = "shop") -> bytes:
    entry = Header(t=0.0, scenario={}, namespace=namespace, cluster="c", provider="kwok", started_at=NOW)
    return encode_entry(entry) + b"\n"


def test_an_empty_list_is_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0, and the keys that are documented."""
    write_scene(scene(broken=False), tmp_path / "scene.json")
    assert main(["diagnose", str(tmp_path / "scene.json"), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["namespace"], data["causes"]) == ("shop", [])


def test_a_cause_is_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1, the same cause as text and as data."""
    write_scene(scene(broken=True), tmp_path / "scene.json")
    assert main(["diagnose", str(tmp_path / "scene.json"), "--json"]) == 1
    (cause, *_) = json.loads(capsys.readouterr().out)["causes"]
    assert main(["diagnose", str(tmp_path / "scene.json")]) == 1
    assert f"1. {cause['cause']}: {cause['object']}" in capsys.readouterr().out
    assert cause["cause"] == "quota-exhausted"


def test_of_a_folder_every_timeline_is_diagnosed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run with several scenarios gives a list, each with its file."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "timeline.jsonl").write_bytes(header(name))
    assert main(["diagnose", str(tmp_path), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(Path(row["record"]).parent.name, row["namespace"]) for row in rows] == [("a", "a"), ("b", "b")]


def test_what_was_kept_of_a_timeline_is_diagnosed_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--save` takes a record as well as a cluster."""
    (tmp_path / "timeline.jsonl").write_bytes(header())
    saved = tmp_path / "scene.json"
    assert main(["diagnose", str(tmp_path / "timeline.jsonl"), "--save", str(saved)]) == 0
    assert main(["diagnose", str(saved)]) == 0
    assert capsys.readouterr().out.count("nothing wrong was seen") == 2


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        (b'{"entry": "phase", "t": 0, "name": "stop"}\n', (), ":1: not a timeline"),
        (b"garbage\n", (), ":1: not an entry"),
        (header(), ("-n", "other"), "of namespace shop, not of other"),
        (header(), ("--context", "a"), "needs no cluster"),
    ],
)
def test_a_record_that_cannot_be_used_is_refused(
    content: bytes, words: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """2, with the file and what is wrong with it."""
    path = tmp_path / "timeline.jsonl"
    path.write_bytes(content)
    assert main(["diagnose", str(path), *words]) == 2
    told = capsys.readouterr().err
    assert str(path) in told
    assert said in told


def test_without_a_cluster_it_is_said_how_to_name_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The kubeconfig that happens to be in the environment is not taken for one that was named."""
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("contexts: [{name: a, context: {cluster: a, user: a}}, {name: b, context: {}}]")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    assert main(["diagnose", "-n", "shop"]) == 2
    assert "--context NAME" in capsys.readouterr().err
    assert main(["diagnose", "-n", "shop", "--kubeconfig", str(kubeconfig)]) == 2
    assert "contexts there: a, b" in capsys.readouterr().err


def test_a_scenario_that_was_explained_is_diagnosed_from_its_scene(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run's folder holds the scene beside the timeline, which has less."""
    (tmp_path / "timeline.jsonl").write_bytes(header())
    assert main(["diagnose", str(tmp_path)]) == 0
    assert "nothing wrong was seen" in capsys.readouterr().out
    write_scene(scene(broken=True), tmp_path / "scene.json")
    assert main(["diagnose", str(tmp_path), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["causes"][0]["cause"] == "quota-exhausted"
