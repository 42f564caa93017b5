"""`healproof residue`: what a cluster looks like now, to a file or compared with one. Knows nothing of faults."""

from __future__ import annotations

import argparse
import sys

from harness.commands.live import known_cluster
from harness.damage.ways import reach
from harness.kube.client import Client
from harness.model.cluster import ClusterRecord
from harness.model.errors import Exit
from harness.providers import catalogue
from harness.residue.differences import differences
from harness.residue.snapshot import Snapshot, load, save, take


def residue(said: argparse.Namespace) -> Exit:
    """Save a snapshot, or print what differs from a saved one; fails where something does."""
    before = load(said.against) if said.against else None
    snapshot = _take(known_cluster(said.cluster, otherwise="--cluster NAME"))
    if before is None:
        save(snapshot, said.save)
        sys.stdout.write(f"{said.save}: {sum(map(len, snapshot.facts.values()))} facts of {snapshot.cluster}\n")
        return Exit.PASSED
    found = differences(before, snapshot)
    sys.stdout.write("".join(f"{difference}\n" for difference in found) or f"{snapshot.cluster}: no difference\n")
    return Exit.FAILED if found else Exit.PASSED


def _take(record: ClusterRecord) -> Snapshot:
    provider = catalogue.attach(record)
    client = Client.from_kubeconfig(record.kubeconfig, record.context)
    try:
        return take(client, record, reach(record), lambda: provider.down_now(record))
    finally:
        client.close()
