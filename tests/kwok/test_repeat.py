"""Scenarios that are run again and again on a real control plane: runs of their own, counted together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from real_runs import Ground, nothing_left, workload, write_scenario

from harness.load_recorded import read_timeline
from harness.model.errors import Exit
from harness.model.timeline import Injected

pytestmark = [pytest.mark.kwok, pytest.mark.slow]

TIMES = 6
WEB = workload("web", deployment={"spec": {"replicas": 3, "minReadySeconds": 0}})


def test_repetitions_on_two_workers_are_one_distribution(kwok_ground: Ground, tmp_path: Path) -> None:
    """Each has its folder, its timeline and its history in Allure; together they have a median with its interval."""
    heals = [{"recovers": {"of": "deployment/web", "within": "20s", "hold": "1s"}}]
    path = write_scenario(tmp_path, "lost", WEB, [{"pod-delete": {"select": "app=web"}}], heals)
    reports = tmp_path / "reports"
    words = ("run", "--cluster", kwok_ground.record.name, "--reports", str(reports), "--repeat", str(TIMES), "-n", "2")
    ended = kwok_ground.healproof(*words, str(path), seconds=300)
    assert ended.code == Exit.PASSED, ended.text
    (folder,) = (each for each in reports.iterdir() if each.is_dir())
    run = json.loads((folder / "results.json").read_text())
    assert [each["timeline"] for each in run["scenarios"]] == [f"lost/{n}/timeline.jsonl" for n in range(1, TIMES + 1)]
    (told,) = run["repetitions"]
    assert (told["count"], told["outcomes"], told["steadiness"]) == (TIMES, {"passed": TIMES}, "steady")
    (distribution,) = told["distributions"]
    assert 0 <= distribution["low"] <= distribution["median"] <= distribution["high"] <= 20
    assert f"lost: steady, {TIMES} of {TIMES} passed" in ended.text
    assert len(histories(folder)) == TIMES
    nothing_left(kwok_ground)


def histories(folder: Path) -> set[str]:
    """The ids under which Allure keeps the history of each test."""
    return {json.loads(p.read_text())["historyId"] for p in (folder / "allure-results").glob("*-result.json")}


def test_a_seed_repeats_the_choices_of_every_repetition(kwok_ground: Ground, tmp_path: Path) -> None:
    """What is drawn differs between repetitions and is the same for the same seed and number."""
    faults = [
        {
            "one-of": {
                "choices": [
                    {"pod-delete": {"select": "app=web"}},
                    {"pod-evict": {"select": "app=web"}},
                    {"pod-fail": {"select": "app=web"}},
                ]
            }
        }
    ]
    heals = [{"recovers": {"of": "deployment/web", "within": "20s", "hold": "1s"}}]
    path = write_scenario(tmp_path, "drawn", WEB, faults, heals)
    words = ("run", "--cluster", kwok_ground.record.name, "--repeat", str(TIMES), "-n", "2", str(path))
    drawn = []
    for name in ("one", "two"):
        ended = kwok_ground.healproof(
            *words, "--reports", str(tmp_path / name), "--", "--healproof-seed=7", seconds=300
        )
        assert ended.code == Exit.PASSED, ended.text
        drawn.append([deed(tmp_path / name, number) for number in range(1, TIMES + 1)])
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) > 1


def deed(reports: Path, number: int) -> str:
    """Which of the choices a repetition drew, as its timeline tells by name and by what it did."""
    (timeline,) = reports.glob(f"*/drawn/{number}/timeline.jsonl")
    return next(entry.fault for entry in read_timeline(timeline) if isinstance(entry, Injected))
