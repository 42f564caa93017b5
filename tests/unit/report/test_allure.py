"""What goes into the Allure results, before any page is made of them."""

import json
from pathlib import Path

import pytest

from harness.model.rows import ROWS
from harness.report.allure import events_table, executor_of, write_run_files

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
    assert [result["status"] for result in results] == ["passed", "failed", "broken", "skipped"]


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
    """Picture, findings, events, scenario, manifests and timeline are attached; the Secret's value is in none."""
    folder, results = published
    names = [attachment["name"] for attachment in results[1]["attachments"]]
    wanted = ["findings", "events", "timeline", "scenario", "workload manifests", "timeline.jsonl"]
    assert sorted(names) == sorted(wanted)
    for path in (folder / "allure").iterdir():
        assert samples.SECRET not in path.read_text(), path.name


def test_the_picture_stands_in_the_description(published):
    """A reader sees the timeline without opening an attachment."""
    assert '<img src="data:image/svg+xml;base64,' in published[1][1]["descriptionHtml"]


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
    assert [rule["name"] for rule in rules][:2] == ["Promise broken", "Undecided"]
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
