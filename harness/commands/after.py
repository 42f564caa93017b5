"""`healproof rejudge`, `recover`, `report`: what is done after a run, or after one that died."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

from harness.faults.site import Site
from harness.faults.undo import undo_all
from harness.journal import Intent, Journal, dead_journals
from harness.judge import judge
from harness.kube.client import Client
from harness.load_recorded import read_timeline, recorded_scenario
from harness.machine.clock import Monotonic
from harness.machine.paths import data_dir
from harness.model.cluster import Capability, ClusterRecord
from harness.model.errors import BadInput, Exit, HealproofError, UndoFailed
from harness.model.picture import Picture
from harness.model.result import twin_outcome
from harness.model.verdict import Outcome
from harness.providers import catalogue
from harness.report.finish import write_reports
from harness.session import explain, holds, reach


def rejudge(said: argparse.Namespace) -> Exit:
    """Judge recorded timelines again, from the files alone."""
    code = Exit.PASSED
    for path in _timelines(said.paths):
        entries = read_timeline(path)
        scenario = recorded_scenario(path, entries)
        verdict = judge(scenario, entries)
        outcome = verdict.outcome
        if scenario.twin_of:
            held = holds(scenario.control[scenario.twin_of], verdict)
            outcome = twin_outcome(verdict, held)
            sys.stdout.write(f"broken twin {scenario.twin_of}: {'failed as declared' if held else 'did not fail'}\n")
        sys.stdout.write(f"{path}: {explain(verdict)}\n")
        if outcome is Outcome.FAILED:
            code = Exit.FAILED
        elif outcome is Outcome.INCONCLUSIVE and code is Exit.PASSED:
            code = Exit.UNDECIDED
    return code


def recover(said: argparse.Namespace) -> Exit:
    """Undo what dead runs left, from their journals; spares live runs, and may itself be killed and repeated."""
    failures: list[str] = []
    undone = 0
    for journal in dead_journals(lambda error: failures.append(str(error))):
        name = journal.path.stem
        try:
            undone += _recover_one(journal, failures)
        except HealproofError as error:
            failures.append(f"{name}: {error}")
            journal.close()
    sys.stdout.write(f"undone: {undone}\n")
    for failure in failures:
        sys.stderr.write(f"healproof: {failure}\n")
    return Exit.BROKEN if failures else Exit.PASSED


def report(said: argparse.Namespace) -> Exit:
    """Write the reports of a recorded run again."""
    if not said.folder.is_dir():
        raise BadInput(f"{said.folder}: no such folder", hint="a run's folder is below reports/")
    sys.stdout.write(
        write_reports(said.folder, categories=data_dir("reports") / "categories.json", colour=sys.stdout.isatty())
    )
    return Exit.PASSED


def _recover_one(journal: Journal, failures: list[str]) -> int:
    pending = journal.pending
    record = journal.cluster
    if pending and _gone_with_cluster(record):
        for intent in pending:
            journal.reverted(intent)
        sys.stdout.write(f"{journal.path.stem}: cluster {record.name} is gone, and with it {len(pending)} changes\n")
    elif pending:
        site = _site(record)

        def failed(intent: Intent, error: UndoFailed) -> None:
            failures.append(f"{journal.path.stem}: {intent.what}: {error}")

        undo_all(site, journal, failed)
        for intent in pending:
            if intent not in journal.pending:
                sys.stdout.write(f"{journal.path.stem}: undid {intent.what} on {record.name}\n")
    left = len(journal.pending)
    journal.discard()
    return len(pending) - left


def _gone_with_cluster(record: ClusterRecord) -> bool:
    """A cluster that healproof made and that no record knows any more took its faults with it."""
    known = catalogue.load_record(record.name)
    return Capability.DISPOSABLE in record.capabilities and (known is None or known.facts != record.facts)


def _site(record: ClusterRecord) -> Site:
    return Site(
        client=Client.from_kubeconfig(record.kubeconfig, record.context),
        record=record,
        namespace="",
        picture=Picture(),
        node_exec=reach(record),
        clock=Monotonic(),
        random=random.Random(0),  # noqa: S311 - undo draws nothing
        note=lambda text: None,
    )


def _timelines(paths: list[Path]) -> list[Path]:
    found = [file for path in paths for file in (sorted(path.rglob("timeline.jsonl")) if path.is_dir() else [path])]
    if not found:
        raise BadInput(f"{paths[0]}: no timeline.jsonl in it", hint="a run's folder is below reports/")
    return found
