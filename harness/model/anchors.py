"""Anchors: whether a change in the watch is the one that a fault must cause. Knows nothing of what came before it."""

from __future__ import annotations

from harness.model.objects import Event, Lean, Node, ObjectMeta, Pod
from harness.model.timeline import Anchor, Change


def reached(anchor: Anchor, change: Change) -> bool:
    """Whether this change shows what the anchor waits for."""
    if change.resource != anchor.resource:
        return False
    thing: Lean = change.object
    if anchor.kind == "event":
        return isinstance(thing, Event) and _tells(anchor, thing)
    meta = meta_of(thing)
    return meta.name == anchor.name and _shows(anchor, change, meta)


def meta_of(thing: Lean) -> ObjectMeta:
    """The metadata of a watched object."""
    meta: ObjectMeta = thing.metadata  # type: ignore[attr-defined]  # every watched type has it
    return meta


def _tells(anchor: Anchor, event: Event) -> bool:
    about = event.involved_object
    fits = about.name.startswith(anchor.name) and about.uid not in anchor.apart_from
    return fits and anchor.text in event.message


def _shows(anchor: Anchor, change: Change, meta: ObjectMeta) -> bool:
    thing: Lean = change.object
    match anchor.kind:
        case "pod-gone":
            gone = change.op == "deleted" or meta.deletion_timestamp is not None
            return meta.uid != anchor.uid or gone
        case "container-ended" if isinstance(thing, Pod):
            statuses = [s for s in thing.status.container_statuses if s.name == anchor.container]
            ended = any(s.restart_count > anchor.count or s.state.terminated is not None for s in statuses)
            return meta.uid != anchor.uid or ended
        case "not-ready" if isinstance(thing, Pod):
            return meta.uid == anchor.uid and not thing.ready
        case "node-cordoned" if isinstance(thing, Node):
            return thing.spec.unschedulable
        case "generation":
            return meta.generation > anchor.count
        case _:
            return False
