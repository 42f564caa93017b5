"""`healproof probes` of records: what is printed, the patch, and what is refused. No cluster is asked."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main

from .cases import written
from .timelines import as_lines, header, pod, requests

Capture = pytest.CaptureFixture[str]


def record(path: Path, **kind: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = [header(**kind), pod(1.0), pod(3.0, ready=True), *requests(3, 120)]
    path.write_bytes(as_lines(entries))
    return path


@pytest.fixture
def timeline(tmp_path: Path) -> Path:
    return record(tmp_path / "run" / "web" / "timeline.jsonl", livenessProbe=written(5, 1, 1), readinessProbe=written())


def told(capsys: Capture, *words: object) -> dict[str, Any]:
    assert main(["probes", *map(str, words), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_before_and_after_are_told_with_what_both_do(timeline: Path, capsys: Capture) -> None:
    """As text and as data, with how much it rests on."""
    assert main(["probes", str(timeline)]) == 0
    text = capsys.readouterr().out
    assert "before  initialDelay 0, period 5, timeout 1, successThreshold 1, failureThreshold 1" in text
    assert "1170 answers in 1.9 min" in text
    data = told(capsys, timeline)
    web = next(each for each in data["containers"] if each["container"] == "web")
    liveness = next(each for each in web["probes"] if each["probe"] == "livenessProbe")
    assert (web["answers"], web["starts"]) == (1170, 1)
    assert liveness["before"]["failureThreshold"] == 1
    assert liveness["predicted_before"]["hang_noticed_seconds"] == [0.0, 6.0]
    assert liveness["spares_the_healthy"] == "not enough data"
    assert liveness["predicted_after"]["false_alarms_monthly"]["estimate"] is None


def test_the_patch_is_what_kubectl_takes(timeline: Path, capsys: Capture) -> None:
    """A strategic merge patch of that container alone; a probe that is new says how it asks."""
    web = next(each for each in told(capsys, timeline)["containers"] if each["container"] == "web")
    words = shlex.split(web["patch"]["command"])
    assert words[:4] == ["kubectl", "patch", "deployment/web", "--type=strategic"]
    (container,) = json.loads(words[5])["spec"]["template"]["spec"]["containers"]
    assert container["name"] == "web"
    assert container["startupProbe"]["httpGet"] == written()["httpGet"]
    assert "httpGet" not in container["livenessProbe"]
    assert container["livenessProbe"]["periodSeconds"] * container["livenessProbe"]["failureThreshold"] <= 15


def test_wishes_reach_the_choice(timeline: Path, capsys: Capture) -> None:
    """Their words are those of the command line, a year has 365 days and a month 30."""
    data = told(capsys, timeline, "--detect", "1m", "--false-kills", "73/year")
    assert data["wish"] == {"detect_seconds": 60.0, "false_kills_monthly": pytest.approx(6.0)}
    web = next(each for each in data["containers"] if each["container"] == "web")
    liveness = next(each for each in web["probes"] if each["probe"] == "livenessProbe")
    assert 30 < liveness["predicted_after"]["hang_noticed_seconds"][1] <= 60


def test_of_a_folder_all_timelines_are_taken_but_those_of_broken_twins(tmp_path: Path, capsys: Capture) -> None:
    """A twin may have a probe that is broken on purpose; by its own name it is looked at."""
    for name in ("a", "b"):
        record(tmp_path / name / "timeline.jsonl")
    twin = record(tmp_path / "b-broken" / "timeline.jsonl", twin="b", livenessProbe=written(failures=1))
    web = [each for each in told(capsys, tmp_path)["containers"] if each["container"] == "web"]
    assert [each["records"] for each in web] == [["web-lives", "web-lives"]]
    assert told(capsys, twin)["containers"][1]["probes"][1]["before"]["failureThreshold"] == 1


def test_a_container_without_liveness_is_told_so(tmp_path: Path, capsys: Capture) -> None:
    """And is given none that is made of its readiness probe."""
    path = record(tmp_path / "timeline.jsonl", readinessProbe=written())
    assert main(["probes", str(path)]) == 0
    text = capsys.readouterr().out
    assert "nobody restarts the container when it hangs" in text
    assert '"livenessProbe"' not in text


def test_where_nothing_can_be_tuned_it_is_undecided(tmp_path: Path, capsys: Capture) -> None:
    """4: no container has a probe."""
    path = tmp_path / "timeline.jsonl"
    path.write_bytes(as_lines([header(lifecycle={})]))
    assert main(["probes", str(path)]) == 4
    assert "There is none" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--detect", "15"), "'15' is not accepted here; accepted is a duration"),
        (("--detect", "0s"), "'0s' is not accepted"),
        (("--false-kills", "1/fortnight"), "'1/fortnight' is not accepted; accepted is N/PERIOD"),
        (("--false-kills", "0/month"), "'0/month' is not accepted"),
        (("--measure", "5"), "a record needs no cluster"),
        (("--context", "a"), "leave --context out"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(
    words: tuple[str, ...], said: str, timeline: Path, capsys: Capture
) -> None:
    """2, with the value and what is accepted."""
    assert main(["probes", str(timeline), *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"entry": "phase", "t": 0, "name": "stop"}\n', ":1: not a timeline"),
        (b"garbage\n", ":1: not an entry"),
        (as_lines([header()]).replace(b'"Deployment"', b'"Job"'), "no Deployment, StatefulSet or DaemonSet"),
        (as_lines([header(livenessProbe={"periodSeconds": "often"})]), "livenessProbe"),
    ],
)
def test_a_record_that_cannot_be_used_is_refused(content: bytes, said: str, tmp_path: Path, capsys: Capture) -> None:
    """2, with the file and what is wrong with it."""
    path = tmp_path / "timeline.jsonl"
    path.write_bytes(content)
    assert main(["probes", str(path)]) == 2
    error = capsys.readouterr().err
    assert str(path) in error
    assert said in error


def test_a_folder_without_a_timeline_is_refused(tmp_path: Path, capsys: Capture) -> None:
    """2, and where runs are."""
    assert main(["probes", f"{tmp_path}/"]) == 2
    assert "no timeline.jsonl in it" in capsys.readouterr().err
