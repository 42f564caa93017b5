"""The end of a run: every report written from the scenarios' results, and the text that the terminal shows."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import msgspec

from harness import __version__
from harness.model.proof import proof_of
from harness.model.result import RunResult, ScenarioResult
from harness.report.allure import write_run_files
from harness.report.allure_proofs import write_proofs
from harness.report.junit import write_junit
from harness.report.results import collect, write_results
from harness.report.terminal import summary
from harness.statistics.repetitions import repetitions_of


def write_reports(folder: Path, *, categories: Path, colour: bool = False, width: int = 80) -> str:
    """Write results.json, junit.xml and what Allure wants once a run; gives the summary."""
    run = gather(folder)
    results = write_results(folder, run)
    junit = write_junit(folder / "junit.xml", run)
    allure_results = folder / "allure-results"
    if allure_results.is_dir():
        write_run_files(allure_results, run, categories=categories, environ=os.environ)
        write_proofs(allure_results, run)
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
        scenarios=_with_proofs(found),
        repetitions=repetitions_of(found),
        clusters=_clusters(ran),
    )


def _with_proofs(found: list[ScenarioResult]) -> list[ScenarioResult]:
    """Each scenario with what its twins showed: they may have run in other processes, so only the end knows."""
    twins: dict[tuple[str, str], list[ScenarioResult]] = {}
    for result in found:
        if result.control:
            twins.setdefault(_scenario(result), []).append(result)
    proofs = [None if result.control else proof_of(result, twins.get(_scenario(result), [])) for result in found]
    return [msgspec.structs.replace(result, proof=proof) for result, proof in zip(found, proofs, strict=True)]


def _scenario(result: ScenarioResult) -> tuple[str, str]:
    return result.node_id.partition("::")[0], result.name


def _clusters(ran: list[ScenarioResult]) -> dict[str, str]:
    return {result.cluster: result.provider for result in ran}
