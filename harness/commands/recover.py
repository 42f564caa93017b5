"""`healproof recover`: puts back what dead runs left, from their journals and with `--all` by the marks in clusters."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from harness.damage import strays
from harness.damage.site import Site
from harness.damage.undo import undo_all
from harness.damage.ways import enter
from harness.journal import NAMESPACE, Intent, Journal, dead_journals, journal_dir, read
from harness.kube.client import Client
from harness.machine.clock import Monotonic
from harness.model.cluster import Capability, ClusterRecord
from harness.model.errors import BadInput, Exit, HealproofError, UndoFailed
from harness.model.picture import Picture
from harness.providers import catalogue


def recover(said: argparse.Namespace) -> Exit:
    """Undo what dead runs left; spares live runs, and may itself be killed and repeated."""
    failures: list[str] = []
    undone = 0
    for journal in _journals(said, failures):
        name = journal.path.stem
        try:
            undone += _recover_one(journal, failures, said)
        except HealproofError as error:
            failures.append(f"{name}: {error}")
            journal.close()
    if said.all:
        undone += _all_marked(said, failures)
    sys.stdout.write(f"undone: {undone}\n")
    for failure in failures:
        sys.stderr.write(f"healproof: {failure}\n")
    return Exit.BROKEN if failures else Exit.PASSED


def _journals(said: argparse.Namespace, failures: list[str]) -> Iterator[Journal]:
    """The journals that were named, or all of this user's dead runs."""
    if not said.journals:
        yield from dead_journals(lambda error: failures.append(str(error)))
    for path in said.journals:
        if not path.is_file():
            raise BadInput(f"{path}: no such file", hint="journals end in .jsonl")
        journal = Journal.adopt(path)
        if journal is None:
            failures.append(f"{path}: its run still lives, or the file holds no journal")
        else:
            yield journal


def _recover_one(journal: Journal, failures: list[str], said: argparse.Namespace) -> int:
    pending = journal.pending
    record = _reached_by(journal.cluster, said)
    if pending and not said.kubeconfig and _gone_with_cluster(record):
        for intent in pending:
            journal.reverted(intent)
        sys.stdout.write(f"{journal.path.stem}: cluster {record.name} is gone, and with it {len(pending)} changes\n")
    elif pending:
        site = _site(record)

        def failed(intent: Intent, error: UndoFailed) -> None:
            failures.append(f"{journal.path.stem}: {intent.what}: {error}")

        undo_all(site, journal, failed)
        site.client.close()
        for intent in pending:
            if intent not in journal.pending:
                sys.stdout.write(f"{journal.path.stem}: undid {intent.what} on {record.name}\n")
    left = len(journal.pending)
    journal.discard()
    return len(pending) - left


def _all_marked(said: argparse.Namespace, failures: list[str]) -> int:
    """What no journal knows any more, on every cluster that is known here (or the one that was named)."""
    records = [record for record in catalogue.load_records() if said.cluster in ("", record.name)]
    if said.cluster and not records:
        names = ", ".join(record.name for record in catalogue.load_records()) or "none"
        raise BadInput(f"no cluster {said.cluster!r}", hint=f"clusters here: {names}")
    undone = 0
    for record in records:
        site = _site(record)
        undone += strays.put_back(site, _alive(), _say, failures.append)
        site.client.close()
    return undone


def _say(text: str) -> None:
    sys.stdout.write(f"undid {text}\n")


def _alive() -> strays.Alive:
    """What runs that live have done: `recover --all` must not undo it under them."""
    steps: set[str] = set()
    namespaces: set[str] = set()
    for path in journal_dir().glob("*.jsonl"):
        try:
            lines = read(path)
        except (FileNotFoundError, BadInput):  # its run has just ended, or it was told already
            continue
        for line in lines:
            if isinstance(line, Intent):
                steps |= {step["id"] for step in line.token.get("steps", [])}
                namespaces |= {line.token["namespace"]} if line.what == NAMESPACE else set()
    return strays.Alive(frozenset(steps), frozenset(namespaces))


def _reached_by(record: ClusterRecord, said: argparse.Namespace) -> ClusterRecord:
    """The cluster of a journal as it is reached from here: on another machine by another kubeconfig."""
    if not said.kubeconfig:
        return record
    return msgspec.structs.replace(record, kubeconfig=str(said.kubeconfig), context=said.context or record.context)


def _gone_with_cluster(record: ClusterRecord) -> bool:
    """A cluster that healproof made and that no record knows any more took its faults with it."""
    known = catalogue.load_record(record.name)
    return Capability.DISPOSABLE in record.capabilities and (known is None or known.facts != record.facts)


def _site(record: ClusterRecord) -> Site:
    return enter(record, Client.from_kubeconfig(record.kubeconfig, record.context), Monotonic(), Picture())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("journals", nargs="*", type=Path, help="journal files (default: those of all dead runs)")
    parser.add_argument(
        "--all", action="store_true", help="also what no journal knows, found by the marks that every change carries"
    )
    parser.add_argument("--cluster", default="", help="with --all: only this cluster of `healproof list`")
    parser.add_argument("--kubeconfig", default="", help="reach the journal's cluster by this file, on another machine")
    parser.add_argument("--context", default="", help="its context there (default: the journal's)")
