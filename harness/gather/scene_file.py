"""A scene as a file: JSON that only its owner can read, the same for the same scene. Knows no cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from harness.model.errors import BadInput
from harness.model.scene import FULL_TYPES, Scene


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What the file holds."""

    version: Literal["healproof/scene/v1"] = "healproof/scene/v1"
    scene: Scene


def write_scene(scene: Scene, path: Path) -> None:
    """Write a scene; raises BadInput where the file cannot be written."""
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)  # it may have been there, readable by others
        path.write_bytes(msgspec.json.format(msgspec.json.encode(_Kept(scene=scene), order="sorted"), indent=1))
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None


def read_scene(path: Path) -> Scene:
    """Read what `write_scene` wrote; raises BadInput."""
    try:
        scene = msgspec.json.decode(path.read_bytes(), type=_Kept).scene
        return msgspec.structs.replace(scene, objects=_typed(scene.objects), around=_typed(scene.around))
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}", hint="`healproof diagnose --save FILE` writes one") from None
    except (msgspec.MsgspecError, KeyError) as error:
        raise BadInput(f"{path}: not a scene: {error}", hint="`healproof diagnose --save FILE` writes one") from None


def _typed(objects: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {plural: [msgspec.convert(each, FULL_TYPES[plural]) for each in items] for plural, items in objects.items()}
