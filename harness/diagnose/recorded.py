"""The scene at one moment of a recorded timeline, with what was changed before it. Asks no cluster, names no cause."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

import msgspec

from harness.model.errors import BadInput
from harness.model.objects import LEAN_TYPES, Lean, ManagedFields, ObjectMeta
from harness.model.scene import FULL_TYPES, Past, Scene, seconds_of
from harness.model.timeline import AnyEntry, Change, Header, Phase

_OWN_MANAGER = "healproof"
"""Who broke something on purpose is not for a diagnosis to know: changes by it are nobody's."""
_EDITED = ("deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "nodes", "persistentvolumeclaims")
"""The resources of which a changed spec is a change that somebody made."""


def scene_of(entries: Sequence[AnyEntry], namespace: str = "", *, until: float | None = None) -> Scene:
    """What the watches had shown by `until` (seconds on the timeline; default: just before the faults are undone).

    `namespace` is by default the one that was recorded. A timeline holds few fields of few resources: the rest is
    in `unseen`. Raises BadInput where it does not begin with a header.
    """
    header = entries[0] if entries else None
    if not isinstance(header, Header) or not header.started_at:
        raise BadInput("not a timeline; accepted is one that begins with a header entry")
    began = datetime.datetime.fromisoformat(header.started_at).timestamp()
    end = _moment(entries) if until is None else until
    changes = [entry for entry in entries if isinstance(entry, Change) and entry.t <= end]
    standing = _standing(changes)
    return Scene(
        namespace=namespace or header.namespace,
        at=began + end,
        objects={
            plural: [_full(plural, change, began) for change in standing.get(plural, ())]
            for plural in LEAN_TYPES
            if plural in {change.resource for change in changes}
        },
        past=_past(changes, began),
        unseen=[
            f"{', '.join(sorted(set(FULL_TYPES) - set(LEAN_TYPES)))}: a timeline does not record them",
            "containers' images, commands, probes, mounts and resources: a timeline does not record them",
            "logs, nodes from inside: a timeline does not record them",
        ],
    )


def _moment(entries: Sequence[AnyEntry]) -> float:
    """When the faults were about to be undone, else the end; a change of that very instant came before."""
    undo = next((entry.t for entry in entries if isinstance(entry, Phase) and entry.name == "undo"), None)
    return max((entry.t for entry in entries), default=0.0) if undo is None else undo


def _standing(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """The last change of each object that was still there, by resource."""
    last: dict[str, dict[str, Change]] = {}
    for change in changes:
        here = last.setdefault(change.resource, {})
        uid = _meta(change.object).uid
        here.pop(uid, None)
        if change.op != "deleted":
            here[uid] = change
    return {plural: list(found.values()) for plural, found in last.items()}


def _full(plural: str, change: Change, began: float) -> Lean:
    """The object in the type of a scene; an Event has the time at which it was seen, where it came as news."""
    data = msgspec.to_builtins(change.object)
    if plural == "events" and change.op != "listed":
        data["lastTimestamp"] = datetime.datetime.fromtimestamp(began + change.t, datetime.UTC).isoformat()
    full: Lean = msgspec.convert(data, FULL_TYPES[plural])
    return full


def _past(changes: Iterable[Change], began: float) -> list[Past]:
    """What was edited, made and deleted while somebody watched, oldest first."""
    former: dict[str, Change] = {}
    found = []
    for change in changes:
        before = former.get(_meta(change.object).uid)
        former[_meta(change.object).uid] = change
        text = _edit(before, change) if change.resource in _EDITED else ""
        if text:
            name = f"{change.resource.removesuffix('s')}/{_meta(change.object).name}"
            found.append(Past(at=began + change.t, object=name, text=text))
    return found


def _edit(before: Change | None, change: Change) -> str:
    """What a change says that somebody did; nothing where only the status is another."""
    if change.op == "deleted":
        return "was deleted"
    if before is None:
        return "was created" if change.op == "added" else ""
    was, now = _meta(before.object), _meta(change.object)
    manager = _writer(was.managed_fields, now.managed_fields)
    if now.deletion_timestamp and not was.deletion_timestamp:
        return "is being deleted"
    words = [f"{what} {old} → {new}" for what, old, new in _differences(before.object, change.object) if old != new]
    if now.generation > was.generation and not words:
        words = [f"its spec was changed (generation {was.generation} → {now.generation})"]
    return ", ".join(words) + (f", by {manager}" if words and manager else "")


def _differences(was: Lean, now: Lean) -> list[tuple[str, object, object]]:
    """What of two states of an object is told in full."""
    fields = [("labels", _meta(was).labels, _meta(now).labels)]
    old, new = (msgspec.to_builtins(each).get("spec", {}) for each in (was, now))
    fields += [(name, old.get(name), new.get(name)) for name in ("replicas", "unschedulable", "taints", "selector")]
    return [(what, _short(before), _short(after)) for what, before, after in fields]


def _short(value: object) -> str:
    return "none" if not value and value != 0 else str(value)


def _writer(was: Sequence[ManagedFields], now: Sequence[ManagedFields]) -> str:
    """Who wrote last of what is new: nobody's name where it is healproof's own."""
    new = [entry for entry in now if entry not in was and not entry.subresource]
    latest = max(new, key=lambda entry: seconds_of(entry.time), default=None)
    return "" if latest is None or _OWN_MANAGER in latest.manager else latest.manager


def _meta(thing: Lean) -> ObjectMeta:
    meta: ObjectMeta = thing.metadata  # type: ignore[attr-defined]  # every type of a timeline has it
    return meta
