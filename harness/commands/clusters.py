"""`healproof up`, `down`, `list`, `doctor`, `prepare`: clusters and what this machine can run."""

from __future__ import annotations

import argparse
import sys

from harness.acquire import SHAPES
from harness.machine.progress import Terminal
from harness.model.errors import BadInput, Exit
from harness.providers import catalogue
from harness.providers import doctor as doctors


def up(said: argparse.Namespace) -> Exit:
    """Make a cluster, or reuse the one there is; prints its name and how to reach it."""
    provider = doctors.choose(said.provider)
    shape = said.shape or SHAPES[provider]
    record = catalogue.up(provider, shape, name=said.name, reuse=not said.new, progress=Terminal())
    _say(f"{record.name}\nexport KUBECONFIG={record.kubeconfig}")
    return Exit.PASSED


def down(said: argparse.Namespace) -> Exit:
    """Remove clusters; with --all also leftovers."""
    if not said.name and not said.all:
        raise BadInput("healproof down: neither a name nor --all", hint="`healproof list` shows the names")
    for name in said.name:
        catalogue.down(name)
        _say(f"removed {name}")
    if said.all:
        for name in catalogue.down_all():
            _say(f"removed {name}")
        for found in catalogue.remove_leftovers():
            _say(f"removed leftover {found.leftover.kind} {found.leftover.name}")
    return Exit.PASSED


def list_clusters(said: argparse.Namespace) -> Exit:
    """One line a cluster, then one a leftover."""
    for row in catalogue.list_clusters():
        state = "alive" if row.alive else "dead"
        _say(f"{row.record.name:40} {row.record.provider:10} {row.record.shape:16} {state}")
    for found in catalogue.leftovers():
        _say(f"{found.leftover.name:40} {found.provider:10} {found.leftover.kind:16} leftover")
    return Exit.PASSED


def doctor(said: argparse.Namespace) -> Exit:
    """What this machine can run; fails where it can run nothing."""
    findings = doctors.examine()
    for finding in findings:
        _say(f"{'ok  ' if finding.ok else 'no  '} {finding.subject:24} {finding.seen}")
        if finding.remedy:
            _say(f"     {'':24} → {finding.remedy}")
    return Exit.PASSED if findings[-1].ok else Exit.BROKEN


def prepare(said: argparse.Namespace) -> Exit:
    """Programs and node image, so that a later `up` is quick."""
    provider = doctors.choose(said.provider)
    catalogue.provider_named(provider).prepare(Terminal())
    return Exit.PASSED


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
