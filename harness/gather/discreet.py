"""Takes credentials, and who works for healproof, out of what was read, before anybody sees it. Knows no cluster."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from harness.kube.actions import FIELD_MANAGER
from harness.model.objects import Lean
from harness.model.scene import Scene
from harness.report.redact import redact, redact_text

T = TypeVar("T", bound=Lean)

_KUBERNETES_OWN = re.compile(r"(^|\.)(kubernetes|k8s)\.io/")
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_VOLUME = re.compile(r'(volume "[^"]*" ?: )')
_LINE_MAX = 500


class _Spec(msgspec.Struct):
    replicas: int | None = None


class _Applied(msgspec.Struct):
    """What `kubectl apply` was last given, as far as it is kept."""

    spec: _Spec = msgspec.field(default_factory=_Spec)


def discreet(scene: Scene) -> Scene:
    """The scene without what may be a credential."""
    return msgspec.structs.replace(
        scene,
        objects={plural: [without_secrets(each) for each in items] for plural, items in scene.objects.items()},
        around={plural: [without_secrets(each) for each in items] for plural, items in scene.around.items()},
        logs=[msgspec.structs.replace(log, lines=lines_of("\n".join(log.lines))) for log in scene.logs],
    )


def without_secrets(thing: T) -> T:
    """The object with its command lines and messages redacted, of annotations only those of Kubernetes itself."""
    return msgspec.convert(_clean(msgspec.to_builtins(thing)), type(thing))


def lines_of(text: str) -> list[str]:
    """The lines of a log, redacted, the long ones cut."""
    return [line[:_LINE_MAX] for line in redact_text(text).splitlines()]


def _clean(data: Any) -> Any:
    if isinstance(data, list):
        return [_clean(item) for item in data]
    if not isinstance(data, dict):
        return data
    return {
        key: _READ_BY_PEOPLE[key](value) if key in _READ_BY_PEOPLE else _clean(value) for key, value in data.items()
    }


def _annotations(annotations: dict[str, str]) -> dict[str, str]:
    own = {key: value for key, value in annotations.items() if _KUBERNETES_OWN.search(key) and key != _APPLIED}
    declared = {_APPLIED: _declared(annotations[_APPLIED])} if _APPLIED in annotations else {}
    return {key: redact_text(value) for key, value in own.items()} | declared


def _declared(applied: str) -> str:
    """Of the whole object that was applied last, which may hold anything, the number of replicas alone."""
    try:
        spec = msgspec.json.decode(applied, type=_Applied).spec
    except msgspec.DecodeError:
        return "{}"
    return msgspec.json.encode({"spec": {} if spec.replicas is None else {"replicas": spec.replicas}}).decode()


def _message(message: Any) -> Any:
    """A message; in `volume "db-secret" : secret "x" not found` what follows the colon is no credential."""
    if not isinstance(message, str):
        return _clean(message)
    parts = _VOLUME.split(message)
    return "".join(part if _VOLUME.fullmatch(part) else redact_text(part) for part in parts)


def _writer(manager: Any) -> Any:
    """Who wrote a field: that healproof broke something on purpose is not for a diagnosis to know."""
    return "somebody" if manager == FIELD_MANAGER else manager


_READ_BY_PEOPLE = {
    "annotations": _annotations,
    "command": redact,
    "args": redact,
    "message": _message,
    "manager": _writer,
}
"""The fields that a person wrote or reads, where a credential or a name can be."""
