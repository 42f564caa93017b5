"""Why a scenario failed, on a real control plane: every report says it, and no secret is in what they say."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from real_runs import QUICK_WEB, Ended, Ground, nothing_left, workload, write_scenario

from harness.explain import SCENE
from harness.kube.resources import resource
from harness.model.errors import Exit

from .test_secrets import PLANTED, event, is_private, manifests, told, words_of_events

pytestmark = [pytest.mark.kwok, pytest.mark.slow]

FULL = [{"quota-exhausted": {"hard": {"pods": "0"}}}, {"pod-delete": {"select": "app=web", "after": "500ms"}}]
SOON = [{"recovers": {"of": "deployment/web", "within": "4s", "hold": "1s"}}]
LATER = [
    {"never-below": {"of": "deployment/web", "ready": 2}},
    {"recovers": {"of": "deployment/web", "from": "undo", "within": "60s", "hold": "1s"}},
]
LOOK_SECONDS_MAX = 3.5


class Explained(NamedTuple):
    """A run of one scenario that did not pass: how it ended, its result, its Allure result, and its folder."""

    ended: Ended
    result: dict[str, Any]
    allure: dict[str, Any]
    folder: Path

    @property
    def causes(self) -> list[str]:
        return [cause["cause"] for cause in self.result["diagnosis"]["causes"]]

    @property
    def category(self) -> str:
        (layer,) = (label["value"] for label in self.allure["labels"] if label["name"] == "layer")
        return str(layer)


def run(ground: Ground, path: Path, name: str) -> Explained:
    """Run a scenario file of one scenario."""
    return ended(ground, ground.run(str(path)).wait(), name)


def ended(ground: Ground, how: Ended, name: str) -> Explained:
    (file,) = (ground.folder / "reports").rglob(f"{name}/timeline.jsonl")
    folder = file.parents[1]
    (result,) = json.loads((folder / "results.json").read_text())["scenarios"]
    (allure,) = (json.loads(each.read_text()) for each in (folder / "allure-results").glob("*-result.json"))
    return Explained(how, result, allure, folder)


def test_every_report_of_a_failed_scenario_says_why(kwok_ground: Ground, tmp_path: Path) -> None:
    """Cause, evidence and a patch in results.json, JUnit, Allure and the terminal; the folder says the same again."""
    web = workload("web", **QUICK_WEB)
    seen = run(kwok_ground, write_scenario(tmp_path, "starved", web, FULL, SOON), "starved")
    assert seen.ended.code == Exit.FAILED, seen.ended.text
    cause = seen.result["diagnosis"]["causes"][0]
    assert (cause["cause"], cause["layer"], cause["object"]) == ("quota-exhausted", "capacity", "deployment/web")
    assert "exceeded quota" in str(cause["evidence"])
    (patch,) = cause["advice"][0]["patches"]
    assert "patch resourcequota/" in patch["command"]
    assert seen.result["diagnosis"]["faults"] == ["quota-exhausted", "pod-delete"]
    line = "cause: quota-exhausted at deployment/web (capacity, confidence 0.95)"
    assert line in seen.ended.text
    failure = ET.parse(seen.folder / "junit.xml").getroot().find(".//failure")  # noqa: S314 - our own output
    assert failure is not None
    assert str(failure.text).startswith(line)
    assert seen.category == "capacity"
    assert line in seen.allure["statusDetails"]["message"]
    assert patch["command"].replace("'", "") in seen.allure["descriptionHtml"].replace("'", "")
    assert {"diagnosis", "diagnosis.json"} <= {each["name"] for each in seen.allure["attachments"]}
    again = kwok_ground.healproof("diagnose", str(seen.folder), "--json")
    assert json.loads(again.text)["causes"] == seen.result["diagnosis"]["causes"]
    nothing_left(kwok_ground)


def test_the_look_comes_between_the_last_decision_and_the_undo(kwok_ground: Ground, tmp_path: Path) -> None:
    """A promise whose clock starts at the undo is measured as ever, and kept; the broken one has its cause."""
    one = workload("web", deployment={"spec": {"replicas": 2, "minReadySeconds": 0}})
    seen = run(kwok_ground, write_scenario(tmp_path, "short", one, FULL, LATER, observe="3s"), "short")
    outcomes = {each["expectation"]: each["outcome"] for each in seen.result["verdict"]["findings"]}
    assert outcomes == {"never-below": "failed", "recovers": "passed"}
    assert seen.causes[0] == "quota-exhausted"
    names = [stage["name"] for stage in seen.result["stages"]]
    assert names[names.index("hold") :][:3] == ["hold", "diagnose", "undo"]
    (look,) = (stage for stage in seen.result["stages"] if stage["name"] == "diagnose")
    assert look["seconds"] < LOOK_SECONDS_MAX + 1
    nothing_left(kwok_ground)


def test_a_silent_api_server_is_named_and_costs_bounded_time(kwok_ground: Ground, tmp_path: Path) -> None:
    """The undo comes after the look's time and no later, and the recovery from it is measured as ever."""
    faults = [
        {"pod-delete": {"select": "app=web"}},
        {"component-down": {"part": "kube-apiserver", "how": "paused", "after": "2s"}},
    ]
    path = write_scenario(tmp_path, "silent", workload("web", **QUICK_WEB), faults, LATER, observe="3s")
    seen = run(kwok_ground, path, "silent")
    outcomes = {each["expectation"]: each["outcome"] for each in seen.result["verdict"]["findings"]}
    assert outcomes == {"never-below": "failed", "recovers": "passed"}
    assert (seen.causes[0], seen.category) == ("api-server-unhealthy", "control-plane")
    (look,) = (stage for stage in seen.result["stages"] if stage["name"] == "diagnose")
    assert LOOK_SECONDS_MAX - 0.5 < look["seconds"] < LOOK_SECONDS_MAX + 2
    nothing_left(kwok_ground)


def test_a_baseline_that_never_came_is_explained(kwok_ground: Ground, tmp_path: Path) -> None:
    """Undecided for a reason that lies in the cluster: that reason is told."""
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}, "spec": {"hard": {"pods": "1"}}}
    web = [quota, *workload("web", **QUICK_WEB)]
    path = write_scenario(tmp_path, "never-up", web, [{"pod-delete": {"select": "app=web"}}], SOON, baseline="4s")
    seen = run(kwok_ground, path, "never-up")
    assert seen.ended.code == Exit.UNDECIDED, seen.ended.text
    assert (seen.causes[0], seen.category, seen.allure["status"]) == ("quota-exhausted", "capacity", "broken")
    assert seen.result["diagnosis"]["moment"] == "at the end of the run"
    nothing_left(kwok_ground)


def test_what_never_touched_the_cluster_is_not_diagnosed(kwok_ground: Ground, tmp_path: Path) -> None:
    """A guard's refusal says all there is to say."""
    faults = [{"pod-delete": {"select": "app=web"}}] * 9
    path = write_scenario(tmp_path, "too-much", workload("web", **QUICK_WEB), faults, SOON)
    how = kwok_ground.run(str(path), "--", "--healproof-max-faults=1").wait()
    seen = ended(kwok_ground, how, "too-much")
    assert "diagnosis" not in seen.result, seen.ended.text
    assert seen.result["verdict"]["outcome"] == "inconclusive"


def test_no_secret_is_in_what_explains_a_failure(kwok_ground: Ground, tmp_path: Path) -> None:
    """Planted in environment, flags and the very messages that are the evidence: in none of the files."""
    path = write_scenario(tmp_path, "told", manifests(), FULL, SOON)
    live = kwok_ground.run(str(path))
    kwok_ground.await_intent("pod-delete", live)
    (namespace,) = kwok_ground.namespaces("hp-told-")
    for number, words in enumerate(words_of_events()):
        body = {**event(namespace, words), "reason": "FailedCreate", "type": "Warning", "count": number + 1}
        kwok_ground.client.request("POST", resource("events").path(namespace), body=body)
    seen = ended(kwok_ground, live.wait(), "told")
    assert seen.causes, seen.ended.text
    scene = seen.folder / "told" / SCENE
    assert is_private(scene)
    assert "[redacted]" in scene.read_text(), "a scene without any proves nothing"
    files = [*(file for file in seen.folder.rglob("*") if file.is_file()), live.log]
    assert {file.name: held for file in files if (held := told(file, list(PLANTED.values())))} == {}
    nothing_left(kwok_ground)
