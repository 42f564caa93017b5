"""Takes credentials out of what watched objects say in words: annotations, events, conditions, states of containers.

What verdicts are made of (names, labels, reasons, counts) is left as it is.
"""

from __future__ import annotations

import re

import msgspec

from harness.damage.marks import ANNOTATION
from harness.model.objects import (
    Condition,
    ContainerState,
    ContainerStatus,
    Event,
    Lean,
    Node,
    ObjectMeta,
    Pod,
    Workload,
)
from harness.report.redact import REDACTED, looks_secret, redact, redact_text

_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""What `kubectl apply` was given, as JSON."""
_SUSPECT = re.compile(r"pass|secret|token|key|credential|bearer|basic|eyj|://", re.IGNORECASE)
"""In every text from which anything is taken; asked first, for watches deliver tens of thousands of objects."""


def clean(thing: Lean) -> Lean:
    """The object without credentials; the very same one where there are none."""
    match thing:
        case Event():
            changed: dict[str, object] = _text(thing.message)
        case Pod():
            changed = _pod(thing)
        case Workload() | Node():
            conditions = _conditions(thing.status.conditions)
            changed = {"status": msgspec.structs.replace(thing.status, conditions=conditions)} if conditions else {}
        case _:
            changed = {}
    meta = getattr(thing, "metadata", None)
    if isinstance(meta, ObjectMeta) and meta.annotations:
        changed["metadata"] = msgspec.structs.replace(meta, annotations=dict(map(_note, meta.annotations.items())))
    return msgspec.structs.replace(thing, **changed) if changed else thing


def _note(note: tuple[str, str]) -> tuple[str, str]:
    key, value = note
    if key == _APPLIED:
        return key, _applied(value)
    # an undo's mark holds what a field was before; nobody reads it from a timeline
    return key, REDACTED if key.startswith(ANNOTATION) or looks_secret(key) else _safe(value)


def _applied(value: str) -> str:
    try:
        return msgspec.json.encode(redact(msgspec.json.decode(value))).decode()
    except msgspec.DecodeError:
        return REDACTED


def _safe(text: str) -> str:
    return redact_text(text) if _SUSPECT.search(text) else text


def _text(message: str) -> dict[str, object]:
    """The change of a field `message`; empty where nothing changes."""
    safe = _safe(message) if message else message
    return {} if safe == message else {"message": safe}


def _conditions(conditions: list[Condition]) -> list[Condition]:
    """All of them, where one must change; else none."""
    if not any(each.message for each in conditions):
        return []
    safe = [_with(each, _text(each.message)) for each in conditions]
    return safe if safe != conditions else []


def _pod(pod: Pod) -> dict[str, object]:
    status = pod.status
    changed = _text(status.message)
    if conditions := _conditions(status.conditions):
        changed["conditions"] = conditions
    for field in ("container_statuses", "init_container_statuses"):
        before: list[ContainerStatus] = getattr(status, field)
        if not any(map(_speaks, before)):
            continue
        safe = [_container(each) for each in before]
        if safe != before:
            changed[field] = safe
    return {"status": msgspec.structs.replace(status, **changed)} if changed else {}


def _speaks(status: ContainerStatus) -> bool:
    """Whether any of its states can hold words."""
    states = (status.state, status.last_state)
    return any(state.waiting is not None or state.terminated is not None for state in states)


def _container(status: ContainerStatus) -> ContainerStatus:
    changed = {
        field: safe
        for field in ("state", "last_state")
        if (safe := _state(getattr(status, field))) is not getattr(status, field)
    }
    return msgspec.structs.replace(status, **changed) if changed else status


def _state(state: ContainerState) -> ContainerState:
    changed: dict[str, Lean] = {}
    if state.waiting is not None and (words := _text(state.waiting.message)):
        changed["waiting"] = msgspec.structs.replace(state.waiting, **words)
    if state.terminated is not None and (words := _text(state.terminated.message)):
        changed["terminated"] = msgspec.structs.replace(state.terminated, **words)
    return msgspec.structs.replace(state, **changed) if changed else state


def _with(condition: Condition, changed: dict[str, object]) -> Condition:
    return msgspec.structs.replace(condition, **changed) if changed else condition
