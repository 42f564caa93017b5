"""`healproof prove` on a real control plane: which checks are worth something, and how it ends where one is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from real_runs import QUICK_WEB, Ended, Ground, nothing_left, workload, write_scenario

from harness.model.errors import Exit

pytestmark = [pytest.mark.kwok, pytest.mark.slow]

LOST = [{"pod-delete": {"select": "app=web"}}]
HEALS = {"recovers": {"of": "deployment/web", "within": "10s", "hold": "1s"}}
FLOOR = {"never-below": {"of": "deployment/web", "ready": 1}}
ONE = {"patch": {"deployment/web": {"spec": {"replicas": 1}}}, "fails": ["never-below"]}
OFF = {"faults": [{"component-down": {"part": "kube-controller-manager"}}], "fails": ["recovers"]}


class Proved(NamedTuple):
    """A run of `healproof prove`: how it ended, outcomes by node id, and the proofs by scenario."""

    ended: Ended
    outcomes: dict[str, str]
    proofs: dict[str, dict[str, Any]]


def prove(ground: Ground, folder: Path, *paths: Path, words: tuple[str, ...] = ()) -> Proved:
    reports = folder / "reports"
    command = ("prove", "--cluster", ground.record.name, "--reports", str(reports), *words)
    ended = ground.healproof(*command, *map(str, paths), seconds=300)
    (results,) = reports.glob("*/results.json")
    scenarios = json.loads(results.read_text())["scenarios"]
    outcomes = {each["node_id"].partition("::")[2]: _outcome(each) for each in scenarios}
    return Proved(ended, outcomes, {each["name"]: each["proof"] for each in scenarios if "proof" in each})


def _outcome(result: dict[str, Any]) -> str:
    """That of the report: a twin passes by ending as it must."""
    held = {True: "passed", False: "failed", None: str(result["verdict"]["outcome"])}
    return held[result.get("control_held")]


def test_a_check_is_proved_by_a_broken_workload_and_by_healing_switched_off(
    kwok_ground: Ground, tmp_path: Path
) -> None:
    """Two workers run all ways of it; the twin without healing holds the cluster alone, the others share it."""
    path = write_scenario(
        tmp_path, "lost", workload("web", **QUICK_WEB), LOST, [HEALS, FLOOR], control={"one": ONE, "off": OFF}
    )
    proved = prove(kwok_ground, tmp_path, path, words=("-n", "2"))
    assert proved.ended.code == Exit.PASSED, proved.ended.text
    assert proved.outcomes == {f"lost{way}": "passed" for way in ("", "[no-fault]", "[one]", "[off]")}
    text = "this check has been seen to fail (off, one); quiet without its faults"
    assert proved.proofs["lost"]["text"] == text
    assert text in " ".join(proved.ended.text.split())
    nothing_left(kwok_ground)


def test_a_check_that_is_worth_nothing_is_found(kwok_ground: Ground, tmp_path: Path) -> None:
    """No twin declared; a twin that breaks nothing; an alarm without any fault: each is said, and the code is 1."""
    web = workload("web", **QUICK_WEB)
    harmless = {"patch": {"deployment/web": {"spec": {"replicas": 3}}}, "fails": ["never-below"]}
    paths = [
        write_scenario(tmp_path, "bare", web, LOST, [HEALS]),
        write_scenario(tmp_path, "blind", web, LOST, [HEALS, FLOOR], control={"three": harmless}),
        write_scenario(
            tmp_path, "alarms", web, LOST, [{"never-below": {"of": "deployment/web", "ready": 3}}], control={"one": ONE}
        ),
    ]
    proved = prove(kwok_ground, tmp_path, *paths)
    assert proved.ended.code == Exit.FAILED
    assert "it declares no broken twin" in proved.proofs["bare"]["text"]
    assert "three did not fail as declared" in proved.proofs["blind"]["text"]
    assert "it raised an alarm without its faults" in proved.proofs["alarms"]["text"]
    assert (proved.outcomes["blind[three]"], proved.outcomes["alarms[no-fault]"]) == ("failed", "failed")
    nothing_left(kwok_ground)


def test_a_scenario_that_only_lacks_a_twin_does_not_pass(kwok_ground: Ground, tmp_path: Path) -> None:
    """All that ran has passed, and yet nobody has seen the check fail."""
    proved = prove(kwok_ground, tmp_path, write_scenario(tmp_path, "bare", workload("web", **QUICK_WEB), LOST, [HEALS]))
    assert set(proved.outcomes.values()) == {"passed"}
    assert proved.ended.code == Exit.FAILED
