"""Anchors: whether a change in the watch is the one that a fault must cause. Knows nothing of what came before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from harness.model.objects import EndpointSlice, Event, Lean, Node, ObjectMeta, Pod, Workload
from harness.model.timeline import Anchor, Change


def reached(anchor: Anchor, change: Change) -> bool:
    """Whether this change shows what the anchor waits for."""
    if change.resource != anchor.resource:
        return False
    thing: Lean = change.object
    if anchor.kind == "event":
        return isinstance(thing, Event) and _tells(anchor, thing)
    meta = meta_of(thing)
    if anchor.kind in _NEW_PODS:
        new = meta.name.startswith(anchor.name) and meta.uid not in anchor.apart_from and change.op != "deleted"
        return new and isinstance(thing, Pod) and _NEW_PODS[anchor.kind](anchor.text, thing)
    if anchor.kind == "no-endpoints":
        return meta.labels.get("kubernetes.io/service-name") == anchor.name and not _ready_endpoints(change)
    return meta.name == anchor.name and _shows(anchor, change)


def is_named(anchor: Anchor) -> bool:
    """Whether only a change of the object of that very name can show it."""
    return anchor.kind in _SHOWS


class Awaited:
    """The anchors of one injection that no change has shown yet; false when none is left.

    Those that only the object of their name can show are kept by it: a change is held against few of thousands.
    """

    def __init__(self, anchors: Iterable[Anchor]) -> None:
        self._of: dict[tuple[str, str], list[Anchor]] = {}
        for anchor in anchors:
            self._of.setdefault((anchor.resource, anchor.name if is_named(anchor) else ""), []).append(anchor)

    def __bool__(self) -> bool:
        return bool(self._of)

    def shown_by(self, change: Change) -> list[Anchor]:
        """The anchors that this change shows; they are awaited no longer."""
        return [
            anchor
            for name in (meta_of(change.object).name, "")
            for anchor in self._take((change.resource, name), change)
        ]

    def _take(self, key: tuple[str, str], change: Change) -> list[Anchor]:
        awaited = self._of.get(key)
        if awaited is None:
            return []
        shown = [anchor for anchor in awaited if reached(anchor, change)]
        if len(shown) == len(awaited):
            del self._of[key]
        elif shown:
            self._of[key] = [anchor for anchor in awaited if anchor not in shown]
        return shown


def meta_of(thing: Lean) -> ObjectMeta:
    """The metadata of a watched object."""
    meta: ObjectMeta = thing.metadata  # type: ignore[attr-defined]  # every watched type has it
    return meta


def _tells(anchor: Anchor, event: Event) -> bool:
    about = event.involved_object
    fits = about.name.startswith(anchor.name) and about.uid not in anchor.apart_from
    return fits and anchor.text in event.message


def _waiting(text: str, pod: Pod) -> bool:
    states = (status.state.waiting for status in pod.status.container_statuses)
    return any(waiting is not None and re.fullmatch(text, waiting.reason) is not None for waiting in states)


def _unschedulable(text: str, pod: Pod) -> bool:
    conditions = (c for c in pod.status.conditions if c.type == "PodScheduled" and c.status == "False")
    return any(text in c.message for c in conditions)


def _crashed(text: str, pod: Pod) -> bool:
    ended = [s.state.terminated or s.last_state.terminated for s in pod.status.container_statuses]
    return any(e is not None and text in (e.reason, str(e.exit_code)) for e in ended)


_NEW_PODS: dict[str, Callable[[str, Pod], bool]] = {
    "pod-waiting": _waiting,
    "pod-unschedulable": _unschedulable,
    "pod-crashed": _crashed,
    "pod-new": lambda text, pod: True,
}


def _ready_endpoints(change: Change) -> bool:
    slice_ = change.object
    if change.op == "deleted" or not isinstance(slice_, EndpointSlice):
        return False
    return any(e.addresses and e.conditions.ready is not False for e in slice_.endpoints or [])


def _pod_gone(anchor: Anchor, change: Change, pod: Pod) -> bool:
    gone = change.op == "deleted" or pod.metadata.deletion_timestamp is not None
    return pod.metadata.uid != anchor.uid or gone


def _container_ended(anchor: Anchor, change: Change, pod: Pod) -> bool:
    statuses = [s for s in pod.status.container_statuses if s.name == anchor.container]
    ended = any(s.restart_count > anchor.count or s.state.terminated is not None for s in statuses)
    return pod.metadata.uid != anchor.uid or ended


def _node_not_ready(anchor: Anchor, change: Change, node: Node) -> bool:
    return not any(c.type == "Ready" and c.status == "True" for c in node.status.conditions)


def _condition(anchor: Anchor, change: Change, thing: Node | Pod | Workload) -> bool:
    return any(anchor.text in (f"{c.type}={c.status}", c.reason) for c in thing.status.conditions)


_SHOWS: dict[str, tuple[type[Lean] | tuple[type[Lean], ...], Callable[[Anchor, Change, Any], bool]]] = {
    "pod-gone": (Pod, _pod_gone),
    "container-ended": (Pod, _container_ended),
    "not-ready": (Pod, lambda anchor, change, pod: pod.metadata.uid == anchor.uid and not pod.ready),
    "node-cordoned": (Node, lambda anchor, change, node: node.spec.unschedulable),
    "node-not-ready": (Node, _node_not_ready),
    "node-tainted": (Node, lambda anchor, change, node: any(t.key == anchor.text for t in node.spec.taints)),
    "condition": ((Node, Pod, Workload), _condition),
    "generation": (Lean, lambda anchor, change, thing: thing.metadata.generation > anchor.count),
    "terminating": (Lean, lambda anchor, change, thing: _is_leaving(anchor, thing.metadata)),
    "observed": (Workload, lambda anchor, change, thing: thing.status.observed_generation > anchor.count),
}


def _is_leaving(anchor: Anchor, meta: ObjectMeta) -> bool:
    return meta.uid == anchor.uid and meta.deletion_timestamp is not None


def _shows(anchor: Anchor, change: Change) -> bool:
    fits, shows = _SHOWS.get(anchor.kind, (Lean, lambda anchor, change, thing: False))
    return isinstance(change.object, fits) and shows(anchor, change, change.object)
