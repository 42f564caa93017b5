"""Cause: a volume has no space or no inodes left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.ailing import NO_SPACE
from harness.diagnose.consequences import UNREACHED
from harness.diagnose.telling import told
from harness.diagnose.volumes import complaining_claims, users_of
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES

_FULL_SHARE = 0.01


@CAUSES.enter("volume-full")
class VolumeFull(Cause):
    """A PersistentVolume is full: no byte or no file more can be written to it.

    Kubernetes does not notice. What is on it is safe, what is written now is lost. Make space (old logs, dumps), or
    grow the claim where its StorageClass says allowVolumeExpansion: raise `spec.resources.requests.storage`.
    """

    layer: ClassVar[Layer] = Layer.STORAGE
    outranks: ClassVar[frozenset[str]] = UNREACHED

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each volume that is full by its numbers or by the words of the pods that write to it."""
        said = complaining_claims(scene, symptoms, NO_SPACE)
        usage = {each.object: each for each in symptoms.of("volume-usage")}
        for object_ in dict.fromkeys([*usage, *said]):
            numbers, words = usage.get(object_), said.get(object_, [])
            confidence = _confidence(scene, object_, numbers, words)
            if confidence:
                yield Suspicion(
                    object=object_,
                    confidence=confidence,
                    supports=[*(told(numbers) if numbers else []), *words],
                    contradicts=_pressed(symptoms) if not numbers else [],
                    explains=users_of(scene, object_),
                    decides="df and df -i in the pod, at the volume's mount path",
                    facts={"claim": object_.partition("/")[2], "share": numbers.facts["share"] if numbers else ""},
                )


def _confidence(scene: Scene, object_: str, numbers: Symptom | None, words: list[str]) -> float:
    if numbers is not None and words:
        return 0.97
    if numbers is None:
        return 0.85 if _unmeasured(scene, object_) else 0.4
    full = float(numbers.facts["share"]) < _FULL_SHARE or numbers.facts["inodes-free"] == "0"
    return 0.9 if full else 0.0


def _unmeasured(scene: Scene, object_: str) -> bool:
    """Whether nobody measured a volume of the pods that use it: else there is space, and another disk is meant."""
    pods = {ref.partition("/")[2] for ref in users_of(scene, object_)}
    return not any(look.about.split("/")[1:2][0] in pods for look in scene.looked("volume-usage"))


def _pressed(symptoms: Symptoms) -> list[str]:
    """A full disk of the node speaks against a full volume."""
    return told(*(s for s in symptoms.of("node-condition") if s.facts["condition"] == "DiskPressure"))
