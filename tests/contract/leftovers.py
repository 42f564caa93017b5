"""What a fault left behind, by the independent snapshot: for the contract, the strays and the crash sweep alike."""

from __future__ import annotations

from pathlib import Path

from real_runs import Ground, required

from harness.damage.ways import levers, reach
from harness.kube.client import Client
from harness.machine.clock import wait_until
from harness.model.cluster import ClusterRecord
from harness.model.errors import HealproofError
from harness.residue.differences import differences
from harness.residue.snapshot import Snapshot, take


def snapshot(client: Client, record: ClusterRecord) -> Snapshot:
    """The cluster and its nodes as they are now."""
    return take(client, record, reach(record), levers(record).down_now)


def left_after(
    client: Client, record: ClusterRecord, before: Snapshot, *, seconds: float, files: Path | None = None
) -> list[str]:
    """What still differs once nothing differs, or after so long: taints and pods are the controllers' to put right.

    Whatever lies in the folder `files` is left behind as well.
    """
    left: list[str] = []

    def look() -> bool:
        try:
            left[:] = [str(each) for each in differences(before, snapshot(client, record))]
        except HealproofError as error:  # the API server is just coming back
            left[:] = [error.message]
        left.extend(path.name for path in (files.iterdir() if files else ()))
        return not left

    wait_until(look, timeout_seconds=seconds, every_seconds=0.3)
    return left


def await_quiet(ground: Ground) -> None:
    """Wait until no namespace is being removed: what vanishes with it would look like a fault's doing."""

    def quiet() -> bool | None:
        return all("deletionTimestamp" not in space["metadata"] for space in ground.listed("namespaces")) or None

    required(quiet, "all namespaces that go to be gone", 90)
