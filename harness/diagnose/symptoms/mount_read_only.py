"""Volumes that are mounted read-only though their pods want to write. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.volumes import carried_by, mount_is_meant_read_only
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Scene
from harness.registry import SYMPTOMS


@SYMPTOMS.enter("mount-read-only")
class MountReadOnly(SymptomReader):
    """A volume whose mount has the option `ro` while a container mounts it for writing: facts `pod`, `volume`,
    `options`.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each such mount that was looked at."""
        for look in scene.looked("mount"):
            options = look.facts.get("options", "")
            if "ro" not in options.split(","):
                continue
            carrier = carried_by(scene, look)
            if mount_is_meant_read_only(scene, carrier):
                continue
            yield Symptom(
                kind="mount-read-only",
                object=carrier.object,
                text=f"{carrier.object} is mounted read-only ({options})",
                source=look.source or f"mounts of pod/{carrier.pod}",
                facts={"pod": carrier.pod, "volume": carrier.volume, "options": options},
            )
