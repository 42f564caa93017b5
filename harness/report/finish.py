"""The end of a run: every report written from the scenarios' results, and the text that the terminal shows."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from harness import __version__
from harness.model.result import RunResult, ScenarioResult
from harness.report.allure import write_run_files
from harness.report.junit import write_junit
from harness.report.results import collect, write_results
from harness.report.terminal import summary


def write_reports(folder: Path, *, categories: Path, colour: bool = False, width: int = 80) -> str:
    """Write results.json, junit.xml and what Allure wants once a run; gives the summary."""
    run = gather(folder)
    results = write_results(folder, run)
    junit = write_junit(folder / "junit.xml", run)
    allure_results = folder / "allure-results"
    if allure_results.is_dir():
        write_run_files(allure_results, run, categories=categories, environ=os.environ)
    return summary(run, reports={"results": results, "junit": junit}, colour=colour, width=width)


def gather(folder: Path) -> RunResult:
    """The run whose scenarios left their results in `folder`."""
    blank = RunResult(run=folder.name, started_at="", seconds=0.0, harness_version=__version__, scenarios=[])
    found = collect(folder, blank).scenarios
    ran = [result for result in found if result.started_at]
    begins = [datetime.datetime.fromisoformat(result.started_at).timestamp() for result in ran]
    ends = [begin + result.seconds for begin, result in zip(begins, ran, strict=True)]
    return RunResult(
        run=folder.name,
        started_at=min((result.started_at for result in ran), default=""),
        seconds=round(max(ends, default=0.0) - min(begins, default=0.0), 3),
        harness_version=__version__,
        scenarios=found,
        clusters=_clusters(ran),
    )


def _clusters(ran: list[ScenarioResult]) -> dict[str, str]:
    return {result.cluster: result.provider for result in ran}
