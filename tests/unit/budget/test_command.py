"""What `healproof budget` promises: a prediction from files alone, and errors that say what is accepted."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from harness.cli import main
from harness.machine.paths import data_dir
from harness.model.errors import Exit

from .cases import LIVENESS, workload

SHIPPED = data_dir("scenarios")


@pytest.fixture
def hung(tmp_path: Path) -> Path:
    """A manifest of a Deployment with a liveness probe of 10 s."""
    path = tmp_path / "web.yaml"
    path.write_text(msgspec.json.encode(workload(probes={"livenessProbe": LIVENESS})).decode())
    return path


def test_it_says_when_a_hung_container_is_noticed(hung: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Term by term, each with its source."""
    assert main(["budget", str(hung), "--fault", "container-pause"]) == Exit.PASSED
    said = capsys.readouterr().out
    assert "container-pause: 25-44 s" in said
    assert "20-31 s  with these probes the hung container is noticed [livenessProbe: initialDelaySeconds=0" in said


def test_timers_are_chosen_by_name(hung: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The shipped compressed ones, or Kubernetes' own."""
    main(["budget", str(hung), "--fault", "node-down", "--timers", "compressed"])
    said = capsys.readouterr().out
    assert "node-down: 17.9-31 s" in said
    assert "clusters/kind/timers/compressed.yaml" in said
    main(["budget", str(hung), "--fault", "node-down"])
    assert "node-down: 339.6-369 s" in capsys.readouterr().out


def test_every_fault_with_a_budget_is_listed_without_being_asked(
    hung: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At least fifteen, those that never heal with what their undo takes."""
    assert main(["budget", str(hung), "--json"]) == Exit.PASSED
    found = json.loads(capsys.readouterr().out)["budgets"]
    assert len({each["fault"] for each in found if each["since"] == "injection"}) >= 15
    undone = {each["fault"]: each["high"] for each in found if each["since"] == "undo"}
    assert undone["unschedulable"] == 2.0
    assert all(each["low"] <= each["high"] for each in found if "low" in each)


def test_several_faults_are_one_story(hung: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three of five nodes are too many to evict."""
    words = ["--nodes", "5", *(word for name in "abc" for word in ("--fault", f"node-down,node={name}"))]
    main(["budget", str(hung), *words])
    assert "never: 3 of 5 nodes are lost" in capsys.readouterr().out


def test_a_scenario_is_predicted_promise_by_promise(capsys: pytest.CaptureFixture[str]) -> None:
    """The file's own faults."""
    assert main(["budget", str(SHIPPED / "nodes" / "down.yaml")]) == Exit.PASSED
    said = capsys.readouterr().out
    assert "web-outlives-a-lost-node, recovers: node-down" in said
    assert "db-waits-for-its-lost-node, stays-failed: node-down: never: a StatefulSet" in said


def test_all_shipped_scenarios_and_workloads_can_be_predicted(capsys: pytest.CaptureFixture[str]) -> None:
    """A folder stands for the files below it; each has an answer."""
    assert main(["budget", str(SHIPPED), "--json"]) == Exit.PASSED
    found = json.loads(capsys.readouterr().out)["budgets"]
    assert len(found) > 100
    assert all(bool(each.get("never")) + bool(each.get("unknown")) + ("low" in each) == 1 for each in found)


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["--fault", "pod-delet"], "unknown fault 'pod-delet' (did you mean `pod-delete`?); accepted is one of"),
        (["--fault", "container-kill,times"], "'times' is not accepted; accepted is KEY=VALUE"),
        (["--fault", "container-kill,times=1,every=2s"], "--fault container-kill: "),
        (["--fault", "container-kill,tmes=3"], "accepted are the keys after, all, container"),
        (["--fault", "container-kill,times=3"], "`times` without `every`"),
        (["--timers", "fast"], "--timers: 'fast' is not accepted; accepted is one of compressed, default"),
    ],
)
def test_bad_input_names_the_value_and_what_is_accepted(
    hung: Path, words: list[str], wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And ends with 2."""
    assert main(["budget", str(hung), *words]) == Exit.USAGE
    assert wrong in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("kind: Deployment\nmetadata: {}\n", "web.yaml:1: "),
        ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3\n", "web.yaml:"),
    ],
)
def test_a_manifest_that_is_none_is_refused_at_its_line(
    tmp_path: Path, text: str, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """File and line."""
    path = tmp_path / "web.yaml"
    path.write_text(text)
    assert main(["budget", str(path)]) == Exit.USAGE
    assert wrong in capsys.readouterr().err


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("replicas", "three", "`spec.replicas` cannot be 'three'; accepted: a whole number of at least 0"),
        ("template", [], "`spec.template` cannot be a list of 0"),
        (
            "template",
            {"spec": {"containers": [{"name": "a", "livenessProbe": {"periodSeconds": "soon"}}]}},
            "periodSeconds",
        ),
    ],
)
def test_a_field_that_a_budget_needs_and_cannot_read_is_refused(
    tmp_path: Path, field: str, value: object, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its place and its value."""
    manifest = workload()
    manifest["spec"][field] = value
    path = tmp_path / "web.yaml"
    path.write_text(msgspec.json.encode(manifest).decode())
    assert main(["budget", str(path)]) == Exit.USAGE
    said = capsys.readouterr().err
    assert str(path) in said
    assert wrong in said


def test_an_empty_folder_and_a_missing_file_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither is quietly nothing."""
    for path in (tmp_path, tmp_path / "gone.yaml"):
        assert main(["budget", str(path)]) == Exit.USAGE
        assert str(path) in capsys.readouterr().err
