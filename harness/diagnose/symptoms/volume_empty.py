"""Volumes without a single file. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.volumes import carried_by, number
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Scene
from harness.registry import SYMPTOMS


@SYMPTOMS.enter("volume-empty")
class VolumeEmpty(SymptomReader):
    """A mounted volume that holds no file: facts `pod`, `volume`. A new volume is empty as well."""

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each such volume that was looked at."""
        for look in scene.looked("mount"):
            if number(look, "entries") != 0:
                continue
            carrier = carried_by(scene, look)
            yield Symptom(
                kind="volume-empty",
                object=carrier.object,
                text=f"{carrier.object} is mounted and holds no file",
                source=look.source or f"files of volume {carrier.volume} of pod/{carrier.pod}",
                facts={"pod": carrier.pod, "volume": carrier.volume},
            )
