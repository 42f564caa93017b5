"""What goes into the Allure results, before any page is made of them."""

import json
import re
from pathlib import Path

import pytest

from harness.model.diagnosis import Layer, Named
from harness.model.explained import Explained
from harness.model.rows import ROWS
from harness.model.verdict import Outcome, Verdict
from harness.report.allure import events_table, executor_of, write_run_files
from harness.report.diagnosis import diagnosis_data
from harness.session import explain

from . import samples
from .published import run_suite

CATEGORIES = Path(__file__).parents[3] / "reports" / "categories.json"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    return folder, run_suite(folder, f"--alluredir={folder / 'allure'}")


def labels(result, name):
    return [label["value"] for label in result["labels"] if label["name"] == name]


def test_status_follows_the_verdict(published):
    """A broken promise is failed, an undecided scenario broken, one that cannot run skipped: never mixed up."""
    _, results = published
    assert [result["status"] for result in results] == ["passed", "failed", "broken", "skipped", "passed"]


def test_labels_are_severity_and_the_rows_of_the_mission(published):
    """Severity, epic, features and story let a reader find the scenario."""
    result = published[1][0]
    assert labels(result, "severity") == ["critical"]
    assert labels(result, "epic") == ["healproof"]
    assert labels(result, "feature") == [ROWS[1], ROWS[20]]
    assert labels(result, "story") == [result["name"]] == ["web-outlives-a-lost-pod"]
    assert labels(published[1][3], "feature") == [ROWS[4]]


def test_steps_are_the_phases_with_their_true_times(published):
    """Each phase is a step whose times are those of the timeline, not those of the report's writing."""
    steps = published[1][1]["steps"]
    assert [step["name"] for step in steps] == ["baseline", "inject", "hold", "undo", "residue", "stop", "promises"]
    hold = steps[2]
    assert hold["status"] == "failed"
    assert round((hold["stop"] - hold["start"]) / 1000, 2) == 12.05
    assert [step["status"] for step in steps[6]["steps"]] == ["failed", "passed", "failed"]


def test_attachments_are_there_and_hold_no_credential(published):
    """Picture, diagnosis, findings, events, scenario and timeline are attached; the Secret's value is in none."""
    folder, results = published
    names = [attachment["name"] for attachment in results[1]["attachments"]]
    wanted = ["findings", "events", "timeline", "scenario", "workload manifests", "timeline.jsonl"]
    wanted += ["diagnosis", "diagnosis.json"]
    assert sorted(names) == sorted(wanted)
    for path in (folder / "allure").iterdir():
        assert samples.SECRET not in path.read_text(), path.name


def test_the_picture_stands_in_the_description(published):
    """A reader sees the timeline without opening an attachment."""
    assert '<img src="data:image/svg+xml;base64,' in published[1][1]["descriptionHtml"]


def test_a_failed_scenario_says_why_and_what_to_do(published):
    """Cause, confidence, evidence and advice with its patch in the description; the layer as a label."""
    failed = published[1][1]
    text = "".join(samples.parse(failed["descriptionHtml"].replace('width:100%">', 'width:100%"/>')).itertext())
    for words in (
        "Cause: config-missing at deployment/web (configuration, confidence 0.92)",
        'configmap "settings" not found <here> (event Failed of pod/web-ddddd)',
        "Advice (high): Bring configmap/settings back.",
        "Lost: what was only in it",
        "mode: FILL-IN",
        "kubectl -n hp-web apply -f -",
        "node-not-ready at node/hp-worker (node, confidence 0.40)",
        "Run 4 pods.",
        "knowing nothing of the faults in place (pod-delete)",
    ):
        assert words in text
    assert labels(failed, "layer") == ["configuration"]


def test_the_diagnosis_is_attached_as_text_and_as_data(published):
    """The text that `healproof diagnose` prints, with when it was and the faults; the data of `--json`."""
    folder, results = published
    sources = {each["name"]: folder / "allure" / each["source"] for each in results[1]["attachments"]}
    text = sources["diagnosis"].read_text()
    assert text.startswith("scene: before the faults were undone, 15.00 s on the timeline\n")
    assert "was not told: pod-delete\n" in text
    assert "1. config-missing: deployment/web  (configuration, confidence 0.92)" in text
    data = json.loads(sources["diagnosis.json"].read_text())
    assert data == diagnosis_data(samples.explained().diagnosis, 0.21)


def test_a_scenario_that_passed_shows_no_cause(published):
    """Nor does one that could not run."""
    for result in (published[1][0], published[1][3]):
        assert labels(result, "layer") == []
        assert not [each for each in result["attachments"] if each["name"].startswith("diagnosis")]
        assert "Cause:" not in result["descriptionHtml"]


def test_a_twin_that_failed_as_declared_has_no_layer(published):
    """Its diagnosis is attached; in no report is it a failure."""
    twin = published[1][4]
    assert (twin["status"], labels(twin, "layer")) == ("passed", [])
    assert "diagnosis" in [each["name"] for each in twin["attachments"]]


def test_every_layer_has_its_category():
    """The message of what failed or is undecided leads to it, for the whole of a message as for a part of it."""
    rules = json.loads(CATEGORIES.read_text())
    for layer in Layer:
        cause = Named(cause="some-cause", layer=layer, object="pod/a", confidence=0.5, evidence=[])
        other = Named(
            cause="other", layer="node" if layer != "node" else "network", object="b", confidence=0.4, evidence=[]
        )
        told = Explained(causes=[cause, other], moment="at the end of the run")
        for outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE):
            message = f"PromiseBroken: {explain(Verdict(outcome=outcome, findings=[]), (), told)}\nmore"
            fit = [rule["name"] for rule in rules if re.fullmatch(rule.get("messageRegex", "(?!)"), message)]
            assert fit[0] == f"Cause: {layer.replace('-', ' ')}"
            assert len([name for name in fit if name.startswith("Cause")]) == 1


def test_an_undecided_cause_is_in_no_category_of_a_layer():
    """Whatever words it is told in."""
    rules = json.loads(CATEGORIES.read_text())
    unknown = Named(cause="unknown", layer="", object="deployment/web", confidence=0.0, evidence=[])
    for told in (Explained(causes=[unknown]), Explained(missing="(node, gone)"), Explained(), None):
        message = f"X: {explain(Verdict(outcome=Outcome.FAILED, findings=[]), (), told)}"
        assert not [rule for rule in rules if re.fullmatch(rule.get("messageRegex", "(?!)"), message)]


def test_without_allure_nothing_is_written(tmp_path):
    """Publishing costs nothing where nobody asked for Allure results."""
    assert run_suite(tmp_path) == []
    assert not (tmp_path / "allure").exists()


def test_run_files_name_the_run_and_its_clusters(tmp_path):
    """Environment and categories are there; without CI there is no executor."""
    write_run_files(tmp_path, samples.run_result(), categories=CATEGORIES)
    environment = (tmp_path / "environment.properties").read_text()
    assert "run=20261122-100000-a1b2\n" in environment
    assert "cluster.hp-1=kind v1.36.3\n" in environment
    rules = json.loads((tmp_path / "categories.json").read_text())
    assert [rule["name"] for rule in rules][-4:-2] == ["Promise broken", "Undecided"]
    assert not (tmp_path / "executor.json").exists()


def test_executor_is_the_ci_job():
    """Where a CI job runs, the report leads back to it."""
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKFLOW": "nightly",
        "GITHUB_RUN_NUMBER": "12",
        "GITHUB_SERVER_URL": "https://ci.example",
        "GITHUB_REPOSITORY": "team/web",
        "GITHUB_RUN_ID": "5",
    }
    assert executor_of(environ) == {
        "name": "GitHub Actions",
        "type": "github",
        "buildName": "nightly #12",
        "buildOrder": 12,
        "buildUrl": "https://ci.example/team/web/actions/runs/5",
    }
    assert executor_of({}) == {}


def test_events_are_a_table():
    """Events are aligned, in order, with their object, and without credentials."""
    lines = events_table(samples.pod_lost_failed().entries).splitlines()
    assert lines[0].split() == ["seconds", "type", "reason", "object", "from", "message"]
    assert lines[1].startswith("3.10     Normal   Killing")
    assert "Bearer [redacted]" in lines[1]
    assert events_table([]) == "no Events were seen\n"
