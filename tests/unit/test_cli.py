"""What the command promises: what it says, and an exit code that a pipeline can go by; here without any cluster."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
from timelines import WEB, Story, scenario

from harness.cli import main
from harness.expect.never_below import NeverBelow
from harness.journal import Journal
from harness.machine.paths import data_dir
from harness.model.cluster import Capability, ClusterRecord
from harness.model.errors import Exit
from harness.model.scenario import Control, Scenario
from harness.model.timeline import AnyEntry, encode_entry

COMMANDS = [
    "run",
    "prove",
    "up",
    "down",
    "list",
    "doctor",
    "prepare",
    "validate",
    "plan",
    "schema",
    "rejudge",
    "recover",
    "report",
]
SHIPPED = data_dir("scenarios")


def healed() -> list[AnyEntry]:
    """A timeline that passes."""
    return Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 5.5).end(10)


def recorded(folder: Path, wanted: Scenario, entries: list[AnyEntry]) -> Path:
    """A scenario's folder as a run leaves it."""
    folder.mkdir(parents=True)
    head = msgspec.structs.replace(entries[0], scenario=wanted.as_data())
    path = folder / "timeline.jsonl"
    path.write_bytes(b"".join(encode_entry(entry) + b"\n" for entry in [head, *entries[1:]]))
    return path


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder that holds nothing of the user's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "healproof"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` ends well and says how it is used; the command's own help names it."""
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: healproof {command}" in capsys.readouterr().out
    main([])
    assert f"    {command} " in capsys.readouterr().out


@pytest.mark.parametrize("words", [["frobnicate"], ["validate"], ["run", "--no-such-option"], ["up", "--shape"]])
def test_bad_usage_is_2(words: list[str]) -> None:
    """Whatever cannot be understood ends with 2, as argparse does."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == Exit.USAGE


def test_no_command_is_2_and_shows_help(capsys: pytest.CaptureFixture[str]) -> None:
    """The help names the exit codes."""
    assert main([]) == Exit.USAGE
    assert "exit codes:" in capsys.readouterr().out


def test_shipped_scenarios_are_valid_and_can_be_planned(capsys: pytest.CaptureFixture[str]) -> None:
    """Both need no cluster; the plan names what is broken, who heals it and what is promised."""
    assert main(["validate", str(SHIPPED)]) == Exit.PASSED
    assert main(["plan", str(SHIPPED / "pods" / "lost.yaml")]) == Exit.PASSED
    out = capsys.readouterr().out
    assert "lost.yaml: ok, 2 scenarios" in out
    assert "  fault 1: pod-delete " in out
    assert "healed by: the owning controller creates replacements" in out
    assert "  expect: recovers of=deployment/web" in out


def test_a_scenario_without_a_twin_is_valid_with_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its check can never be seen to fail; the shipped ones raise no such warning."""
    (tmp_path / "web.yaml").write_text((SHIPPED / "workloads" / "web.yaml").read_text())
    bare = "scenario: bare\nwhy: b\nworkload: web.yaml\nexpect:\n- never-below: {of: deployment/web, ready: 2}\n"
    (tmp_path / "bare.yaml").write_text(bare)
    assert main(["validate", str(tmp_path / "bare.yaml")]) == Exit.PASSED
    assert f"{tmp_path / 'bare.yaml'}: warning: bare declares no `control`" in capsys.readouterr().err
    assert main(["validate", str(SHIPPED)]) == Exit.PASSED
    assert "warning" not in capsys.readouterr().err


def test_a_run_without_faults_is_judged_again_as_what_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Quiet is passed; what breaks without a fault is an alarm, and 1."""
    wanted = scenario(NeverBelow(of=WEB, ready=4)).twin("no-fault")
    calm = recorded(tmp_path / "calm", wanted, Story().baseline().at(9.0).phase("undo").end(12, undone=None))
    assert main(["rejudge", str(calm)]) == Exit.PASSED
    assert "without its faults: quiet" in capsys.readouterr().out
    story = Story().baseline().at(5.0).pod("web-0", ready=False).at(9.0).phase("undo")
    assert main(["rejudge", str(recorded(tmp_path / "alarm", wanted, story.end(12, undone=None)))]) == Exit.FAILED
    assert "without its faults: an alarm" in capsys.readouterr().out


def test_a_composed_scenario_is_planned_with_its_times_choices_and_twins(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a cluster: when each round is due, what may be drawn, and how many of the manifests' pods are hit."""
    assert main(["plan", str(SHIPPED / "examples" / "composed.yaml")]) == Exit.PASSED
    out = capsys.readouterr().out
    assert "  at 7s: fault 1 (pod-delete), round 2 of 3, until everything is decided\n  at 7s: fault 2 (one-of)" in out
    assert "  fault 2: one-of, drawn by the seed: after=7s\n    or pod-delete select=app=web;" in out
    assert "hits at least 1 of 3 pods of deployment/web" in out
    assert "broken twin one-replica: patches deployment/web; must fail never-below" in out


def test_a_plan_needs_a_cluster_that_is_known(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that nobody made is refused with those that are there."""
    assert main(["plan", str(SHIPPED / "pods" / "lost.yaml"), "--cluster", "nowhere"]) == Exit.USAGE
    assert "--cluster: 'nowhere' is not accepted; accepted is one of none" in capsys.readouterr().err


def test_a_mistake_is_2_with_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`validate` names every bad file and goes on, `plan` and `run` stop before anything is done."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("scenario: a\nwhy: b\nworkload: none.yaml\nexpect: []\n")
    (tmp_path / "worse.yaml").write_text("scenario: [\n")
    assert main(["validate", str(tmp_path)]) == Exit.USAGE
    told = capsys.readouterr().err
    assert f"{bad}:3: workload 'none.yaml'" in told
    assert f"{tmp_path / 'worse.yaml'}:" in told
    assert main(["plan", str(bad)]) == Exit.USAGE
    assert f"{bad}:3: " in capsys.readouterr().err
    assert main(["validate", str(tmp_path / "missing.yaml")]) == Exit.USAGE
    assert main(["run", str(tmp_path / "missing.yaml")]) == Exit.USAGE
    assert "missing.yaml: no such file or folder" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["schema"], ["schema", "--results"]])
def test_a_schema_is_printed_as_json(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """It can be written to a file and used as it is."""
    assert main(words) == Exit.PASSED
    jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


BROKEN = scenario(NeverBelow(of=WEB, ready=4))


@pytest.mark.parametrize(
    ("recording", "code", "words"),
    [
        ((scenario(), healed()), Exit.PASSED, "planted/timeline.jsonl: passed: deployment/web recovered 1.50"),
        ((BROKEN, healed()), Exit.FAILED, "    difference: 1 ready pods too few"),
        ((scenario(), healed()[:-1]), Exit.UNDECIDED, "  doubt: the timeline ends before the run did"),
    ],
)
def test_a_recording_is_judged_again(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    recording: tuple[Scenario, list[AnyEntry]],
    code: Exit,
    words: str,
) -> None:
    """From the file or its folder, with the verdict's exit code and explanation."""
    path = recorded(tmp_path / "run" / "planted", *recording)
    assert main(["rejudge", str(path)]) == code
    assert main(["rejudge", str(tmp_path / "run")]) == code
    assert capsys.readouterr().out.count(words) == 2


def test_one_failure_among_recordings_is_1(tmp_path: Path) -> None:
    """A failed one outweighs undecided and passed ones, in whatever order they come."""
    recorded(tmp_path / "a", scenario(), healed()[:-1])
    recorded(tmp_path / "b", BROKEN, healed())
    recorded(tmp_path / "c", scenario(), healed())
    assert main(["rejudge", str(tmp_path)]) == Exit.FAILED
    assert main(["rejudge", str(tmp_path / "a"), str(tmp_path / "c")]) == Exit.UNDECIDED


def test_a_recorded_twin_must_have_failed_as_declared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken twin's failure is success, and its success is failure."""
    declared = Control(why="w", patch={"deployment/web": {"spec": {"replicas": 1}}}, fails=["never-below"])
    twin = msgspec.structs.replace(BROKEN, control={"one-replica": declared}).twin("one-replica")
    recorded(tmp_path / "broken", twin, healed())
    blind = msgspec.structs.replace(twin, expect=[NeverBelow(of=WEB, ready=1)])
    recorded(tmp_path / "blind", blind, healed())
    assert main(["rejudge", str(tmp_path / "broken")]) == Exit.PASSED
    assert "broken twin one-replica: failed as declared" in capsys.readouterr().out
    assert main(["rejudge", str(tmp_path / "blind")]) == Exit.FAILED


@pytest.mark.parametrize("content", [None, "", "no json\n", '{"entry": "phase", "t": 1, "name": "stop"}\n'])
def test_what_is_no_recording_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None) -> None:
    """A missing, empty or foreign file is named."""
    path = tmp_path / "timeline.jsonl"
    if content is not None:
        path.write_text(content)
    assert main(["rejudge", str(path)]) == Exit.USAGE
    assert str(path) in capsys.readouterr().err


def test_an_empty_folder_holds_no_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The error says what was looked for."""
    assert main(["rejudge", str(tmp_path)]) == Exit.USAGE
    assert "no timeline.jsonl in it" in capsys.readouterr().err
    assert main(["report", str(tmp_path / "missing")]) == Exit.USAGE


def test_with_nothing_left_behind_recover_does_nothing(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It ends well and says that it undid nothing."""
    assert main(["recover"]) == Exit.PASSED
    assert capsys.readouterr().out == "undone: 0\n"


def test_recover_goes_on_past_a_journal_that_it_cannot_read(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others are undone, this one is named, and the exit code says that something is left."""
    (state / "journals").mkdir(parents=True)
    (state / "journals" / "a.jsonl").write_text("no json\n")
    gone = ClusterRecord(
        name="hp-gone", provider="kwok", shape="s", kubeconfig="/k", context="c", capabilities=(Capability.DISPOSABLE,)
    )
    journal = Journal.begin(run="r", scenario="s", cluster=gone, folder=state / "journals")
    journal.intend("pod-delete", {})
    journal.close()
    assert main(["recover"]) == Exit.BROKEN
    out, err = capsys.readouterr()
    assert "cluster hp-gone is gone, and with it 1 changes" in out
    assert "a.jsonl:1: not a journal line" in err
    assert [path.name for path in (state / "journals").iterdir()] == ["a.jsonl"]


def test_down_without_a_name_removes_nothing(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Removing all must be said."""
    assert main(["down"]) == Exit.USAGE
    assert "neither a name nor --all" in capsys.readouterr().err


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The code of a program that Ctrl-C ended."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.commands.after.read_timeline", interrupt)
    assert main(["rejudge", "timeline.jsonl"]) == 130
    assert "interrupted" in capsys.readouterr().err
