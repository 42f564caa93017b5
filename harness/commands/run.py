"""`healproof run`: pytest with the plugin, then the Allure page, then an exit code that says what became of it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.machine.allure_command import generate
from harness.machine.paths import data_dir
from harness.machine.progress import Terminal
from harness.model.errors import BadInput, Exit
from harness.model.result import RunResult
from harness.plugin import OPTIONS
from harness.report.finish import gather
from harness.report.results import RESULT


class _Spy:
    """Learns from pytest where the run's results are."""

    folder: Path | None = None
    interrupted = False

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        self.folder = config.stash[OPTIONS].folder

    def pytest_keyboard_interrupt(self) -> None:
        self.interrupted = True


class Ended(NamedTuple):
    """How a run ended, and what became of its scenarios; None where not one of them ended."""

    exit: Exit
    result: RunResult | None = None


def run(said: argparse.Namespace) -> Exit:
    """Run scenarios and write every report."""
    return conduct(said, ["--healproof-controls"] if said.controls else []).exit


def conduct(said: argparse.Namespace, ways: list[str]) -> Ended:
    """Run scenarios in these ways, pytest's words for them, and write every report."""
    paths: list[Path] = said.paths or [data_dir("scenarios")]
    for path in paths:
        if not Path(str(path).partition("::")[0]).exists():
            raise BadInput(f"{path}: no such file or folder", hint="scenario files are below scenarios/")
    spy = _Spy()
    code = pytest.main([*_arguments(said, paths), *ways, *said.pytest], plugins=[spy])
    if spy.folder is None or not any(spy.folder.rglob(RESULT)):
        return Ended(_without_results(code))
    result = gather(spy.folder)
    if spy.interrupted:
        return Ended(Exit.INTERRUPTED, result)
    _allure_page(spy.folder)
    return Ended(_verdict(code, result), result)


def _arguments(said: argparse.Namespace, paths: list[Path]) -> list[str]:
    words = [*map(str, paths), "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    words += [f"--healproof-cluster={said.cluster}"]
    words += [f"--healproof-reports={said.reports.resolve()}"]
    words += [f"--healproof-shape={said.shape}"] if said.shape else []
    words += [f"--healproof-repeat={said.repeat}"] if said.repeat else []
    words += ["-m", said.profile] if said.profile else []
    words += ["-n", str(said.workers)] if said.workers else []
    return words


def _allure_page(folder: Path) -> None:
    progress = Terminal()
    history = folder.parent / "history.jsonl"
    page = generate(
        folder / "allure-results",
        folder / "allure",
        progress=progress,
        history=history,
        title=f"healproof {folder.name}",
    )
    progress.say(f"Allure page: {page.path or page.reason}")


def _without_results(code: int) -> Exit:
    """The exit code of a run in which no scenario ended; the plugin ends such a run with the error's own code."""
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        return Exit.UNDECIDED
    if code in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.USAGE_ERROR):
        return Exit.USAGE
    return Exit.BROKEN


def _verdict(code: int, result: RunResult) -> Exit:
    counts = result.counts
    if counts["failed"]:
        return Exit.FAILED
    if code in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.USAGE_ERROR):
        return Exit.USAGE
    if counts["inconclusive"] or not counts["passed"]:
        return Exit.UNDECIDED
    return Exit.PASSED if code == pytest.ExitCode.OK else Exit.BROKEN
