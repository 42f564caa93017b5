"""Volumes that take long to write to. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.volumes import carried_by, number
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Scene
from harness.registry import SYMPTOMS

USUAL_SECONDS_MAX = 0.5
"""A small write that waits for the disk takes a few milliseconds, on a busy spinning disk some tens."""


@SYMPTOMS.enter("write-slow")
class WriteSlow(SymptomReader):
    """A small synchronous write to a volume that took more than half a second: facts `seconds`, `pod`, `volume`."""

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each volume on which a write was timed."""
        for look in scene.looked("mount"):
            own, beside = number(look, "write-seconds"), number(look, "beside-seconds")
            seconds = own if own is not None else beside
            if seconds is None or seconds <= USUAL_SECONDS_MAX:
                continue
            carrier = carried_by(scene, look)
            yield Symptom(
                kind="write-slow",
                object=carrier.object,
                text=f"a small synchronous write to {carrier.object} took {seconds:.2f} s",
                source=look.source or f"a timed write to volume {carrier.volume} of pod/{carrier.pod}",
                facts={"seconds": f"{seconds:.3f}", "pod": carrier.pod, "volume": carrier.volume},
            )
