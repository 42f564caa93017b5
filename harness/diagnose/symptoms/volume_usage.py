"""Volumes with next to no space or no inodes left. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.volumes import carried_by, number
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Scene
from harness.registry import SYMPTOMS

LEFT_SHARE = 0.05


@SYMPTOMS.enter("volume-usage")
class VolumeUsage(SymptomReader):
    """A volume with less than 5 % of its space left, or no inode: facts `share` (left, from 0 to 1), `inodes-free`,
    `pod`, `volume`.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each such volume that was looked at."""
        for look in scene.looked("volume-usage"):
            capacity, left = number(look, "capacity-bytes"), number(look, "available-bytes")
            inodes = number(look, "inodes-free")
            share = left / capacity if capacity and left is not None else 1.0
            if share >= LEFT_SHARE and inodes != 0:
                continue
            object_, pod, volume = carried_by(scene, look)
            yield Symptom(
                kind="volume-usage",
                object=object_,
                text=f"{object_}: {share:.1%} of its space is left" + (", no inode is" if inodes == 0 else ""),
                source=look.source or f"file system of volume {volume} of pod/{pod}",
                facts={
                    "share": f"{share:.4f}",
                    "inodes-free": "" if inodes is None else f"{inodes:.0f}",
                    "pod": pod,
                    "volume": volume,
                },
            )
