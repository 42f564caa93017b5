"""What the watch showed of one promised object and of all that belongs to it, each with the state before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from harness.anatomy.facts import Difference, differences
from harness.model.objects import EndpointSlice, Event, Lean, ObjectMeta, Pod
from harness.model.timeline import AnyEntry, Change
from harness.model.units import Ref


class Sighting(NamedTuple):
    """One change; `before` is the state of the same object before it, None where it was new."""

    t: float
    op: str
    resource: str
    meta: ObjectMeta
    thing: Lean
    before: Lean | None

    @property
    def name(self) -> str:
        """`pod web-0`."""
        return f"{self.resource.removesuffix('s')} {self.meta.name}"

    @property
    def differences(self) -> list[Difference]:
        """What changed."""
        return differences(self.before, self.thing)


class Family(NamedTuple):
    """An object with all that it owns: uids, the uids of its pods, names as in Events, and the nodes of its pods."""

    uids: set[str]
    pods: set[str]
    names: set[tuple[str, str]]
    nodes: set[str]


def sightings_of(of: Ref, entries: Sequence[AnyEntry]) -> list[Sighting]:
    """Every change of the object, its ReplicaSets and pods, their nodes and endpoints, and the Events about them."""
    changes = [entry for entry in entries if isinstance(entry, Change)]
    family = family_of(of, changes)
    last: dict[tuple[str, str], Lean] = {}
    found = []
    for change in changes:
        thing: Lean = change.object
        meta: ObjectMeta = change.object.metadata
        before = last.get((change.resource, meta.uid))
        last[change.resource, meta.uid] = thing
        if _belongs(change, meta, family, before):
            found.append(Sighting(change.t, change.op, change.resource, meta, thing, before))
    return found


def family_of(of: Ref, changes: Iterable[Change]) -> Family:
    """Who belongs to an object, at any time of the timeline; pods are found although their owner is seen later."""
    owned: dict[str, list[Change]] = {}
    family = Family(set(), set(), set(), set())
    fresh = []
    for change in changes:
        meta = change.object.metadata
        if (change.resource, meta.name) == (f"{of.kind}s", of.name):
            fresh.append(change)
        if meta.controller_uid and change.resource in ("replicasets", "pods"):
            owned.setdefault(meta.controller_uid, []).append(change)
    while fresh:
        change = fresh.pop()
        uid = change.object.metadata.uid
        if isinstance(change.object, Pod):
            family.pods.add(uid)
            family.nodes.add(change.object.spec.node_name)
        if uid not in family.uids:
            family.uids.add(uid)
            family.names.add((change.resource, change.object.metadata.name))
        fresh += owned.pop(uid, [])
    return family


def _belongs(change: Change, meta: ObjectMeta, family: Family, before: Lean | None) -> bool:
    match change.object:
        case Event() as event:
            about = event.involved_object
            named = (f"{about.kind.lower()}s", about.name) in family.names
            return about.uid in family.uids or named or about.kind == "HorizontalPodAutoscaler"
        case EndpointSlice() as slice_:
            states = [slice_, *([before] if isinstance(before, EndpointSlice) else [])]
            targets = {e.target_ref.uid for state in states for e in state.endpoints or [] if e.target_ref}
            return bool(targets & family.pods)
        case _:
            return meta.uid in family.uids or (change.resource == "nodes" and meta.name in family.nodes)
