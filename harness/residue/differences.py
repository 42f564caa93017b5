"""What two snapshots of the same cluster do not have in common, in words; pure data, nothing is asked of a cluster."""

from __future__ import annotations

from collections import Counter

import msgspec

from harness.model.errors import BadInput
from harness.residue.nodes import NO_ENTRY, Part, node_of, subject_of
from harness.residue.objects import EXISTS
from harness.residue.snapshot import Snapshot

SHOWN_MAX = 6


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One subject, for example `node kind-worker: tc`, with the facts that are new and those that are gone."""

    subject: str
    appeared: list[str] = []
    vanished: list[str] = []

    def __str__(self) -> str:
        parts = [
            f"{word}{'' if facts == [EXISTS] else ': ' + _some(facts)}"
            for word, facts in (("appeared", self.appeared), ("vanished", self.vanished))
            if facts
        ]
        return f"{self.subject}: {'; '.join(parts)}"


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
    found: list[Difference] = []
    for subject in sorted(before.facts.keys() | after.facts.keys()):
        was, now = before.facts.get(subject, []), after.facts.get(subject, [])
        appeared, vanished = _beyond(now, was), _beyond(was, now)
        if (appeared or vanished) and subject not in closed:
            found.append(Difference(subject=subject, appeared=appeared, vanished=vanished))
    return found


def _beyond(facts: list[str], others: list[str]) -> list[str]:
    if not others and facts[:1] == [EXISTS]:
        return [EXISTS]
    return sorted((Counter(facts) - Counter(others)).elements())


def _not_entered(snapshot: Snapshot) -> set[str]:
    """The subjects of nodes that could not be entered, but the one that says so."""
    nodes = [subject for subject, facts in snapshot.facts.items() if facts == [NO_ENTRY]]
    return {subject_of(node_of(subject), part) for subject in nodes for part in Part if part is not Part.ENTRY}


def _some(facts: list[str]) -> str:
    more = len(facts) - SHOWN_MAX
    return ", ".join(facts[:SHOWN_MAX]) + (f" and {more} more" if more > 0 else "")


def _whose(snapshot: Snapshot) -> str:
    return f"cluster {snapshot.cluster}" + (f", namespace {snapshot.namespace}" if snapshot.namespace else "")
