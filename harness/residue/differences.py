"""What two snapshots of the same cluster do not have in common, in words; pure data, nothing is asked of a cluster."""

from __future__ import annotations

from harness.model.errors import BadInput
from harness.model.state import Difference, compare
from harness.residue.nodes import NO_ENTRY, Part, node_of, subject_of
from harness.residue.snapshot import Snapshot

__all__ = ["Difference", "differences"]


def differences(before: Snapshot, after: Snapshot) -> list[Difference]:
    """By subject; an object that came or went is one difference without its content.

    A node that could not be entered is one difference too, instead of all that was not seen on it. Raises BadInput
    for snapshots of different clusters or namespaces.
    """
    if (before.cluster, before.namespace) != (after.cluster, after.namespace):
        raise BadInput(
            f"a snapshot of {_whose(before)} cannot be compared with one of {_whose(after)}",
            hint="compare snapshots of the same cluster and namespace",
        )
    closed = _not_entered(before) | _not_entered(after)
    return [found for found in compare(before.facts, after.facts) if found.subject not in closed]


def _not_entered(snapshot: Snapshot) -> set[str]:
    """The subjects of nodes that could not be entered, but the one that says so."""
    nodes = [subject for subject, facts in snapshot.facts.items() if facts == [NO_ENTRY]]
    return {subject_of(node_of(subject), part) for subject in nodes for part in Part if part is not Part.ENTRY}


def _whose(snapshot: Snapshot) -> str:
    return f"cluster {snapshot.cluster}" + (f", namespace {snapshot.namespace}" if snapshot.namespace else "")
