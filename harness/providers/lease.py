"""Sharing a cluster between processes: many scenarios that keep to their namespace, or one that hurts nodes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from harness.machine.locks import is_locked, locked
from harness.model.cluster import ClusterRecord
from harness.providers.cluster_files import clusters_dir


@contextlib.contextmanager
def lease(record: ClusterRecord, *, exclusive: bool) -> Iterator[None]:
    """Hold the cluster with others, or alone; waits for its turn, and a process that dies gives its lease back.

    Everybody passes a turnstile first, and whoever wants the cluster alone stays in it while the others leave:
    so new shared leases cannot starve an exclusive one.
    """
    room = clusters_dir() / f"{record.name}.lease"
    turnstile = clusters_dir() / f"{record.name}.turnstile"
    with contextlib.ExitStack() as held:
        with locked(turnstile):
            held.enter_context(locked(room, shared=not exclusive))
        yield


def in_use(record: ClusterRecord) -> bool:
    """Whether a living process holds a lease of the cluster."""
    room = clusters_dir() / f"{record.name}.lease"
    return room.exists() and is_locked(room)
