"""`healproof rejudge`, `report`: what is done with the records of a run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from harness.anatomy.recoveries import recoveries_of
from harness.judge import judge
from harness.load_recorded import read_timeline, recorded_scenario
from harness.machine.paths import data_dir
from harness.model.errors import BadInput, Exit
from harness.model.proof import held
from harness.model.result import twin_outcome
from harness.model.scenario import NO_FAULT
from harness.model.verdict import Outcome
from harness.report.finish import write_reports
from harness.session import explain


def rejudge(said: argparse.Namespace) -> Exit:
    """Judge recorded timelines again, from the files alone."""
    code = Exit.PASSED
    for path in _timelines(said.paths):
        entries = read_timeline(path)
        scenario = recorded_scenario(path, entries)
        verdict = judge(scenario, entries)
        outcome = verdict.outcome
        if scenario.twin_of:
            ended_well = held(scenario, verdict)
            outcome = twin_outcome(verdict, ended_well)
            sys.stdout.write(f"{_twin(scenario.twin_of, ended_well=bool(ended_well))}\n")
        sys.stdout.write(f"{path}: {explain(verdict, recoveries_of(scenario, entries, verdict))}\n")
        if outcome is Outcome.FAILED:
            code = Exit.FAILED
        elif outcome is Outcome.INCONCLUSIVE and code is Exit.PASSED:
            code = Exit.UNDECIDED
    return code


def _twin(name: str, *, ended_well: bool) -> str:
    if name == NO_FAULT:
        return f"without its faults: {'quiet' if ended_well else 'an alarm'}"
    return f"broken twin {name}: {'failed as declared' if ended_well else 'did not fail'}"


def report(said: argparse.Namespace) -> Exit:
    """Write the reports of a recorded run again."""
    if not said.folder.is_dir():
        raise BadInput(f"{said.folder}: no such folder", hint="a run's folder is below reports/")
    sys.stdout.write(
        write_reports(said.folder, categories=data_dir("reports") / "categories.json", colour=sys.stdout.isatty())
    )
    return Exit.PASSED


def _timelines(paths: list[Path]) -> list[Path]:
    found = [file for path in paths for file in (sorted(path.rglob("timeline.jsonl")) if path.is_dir() else [path])]
    if not found:
        raise BadInput(f"{paths[0]}: no timeline.jsonl in it", hint="a run's folder is below reports/")
    return found
