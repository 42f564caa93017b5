"""Cause: the files of a volume are gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.ailing import MISSING, ailing
from harness.diagnose.consequences import UNREACHED
from harness.diagnose.telling import told
from harness.diagnose.volumes import carried_by, complaining_claims, users_of
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("volume-data-lost")
class VolumeDataLost(Cause):
    """A volume is mounted and writable, and the data that the application made there is not on it any more.

    Kubernetes cannot bring it back. Stop the application before it starts anew with nothing; look whether the claim is
    bound to the volume it had before (`kubectl get pv`), then restore a backup or a snapshot.
    """

    layer: ClassVar[Layer] = Layer.STORAGE
    outranks: ClassVar[frozenset[str]] = UNREACHED

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each volume that is empty under a pod that is not well, or in which its pod misses files."""
        said = complaining_claims(scene, symptoms, MISSING)
        empty = {each.object: each for each in symptoms.of("volume-empty")}
        unwell = {f"pod/{pod.metadata.name}" for pod in ailing(scene) if pod.status.phase == "Running"}
        for object_ in dict.fromkeys([*empty, *said]):
            nothing, words = empty.get(object_), said.get(object_, [])
            struck = [ref for ref in users_of(scene, object_) if ref in unwell]
            looked = any(carried_by(scene, look).object == object_ for look in scene.looked("mount"))
            if not struck:
                continue
            yield Suspicion(
                object=object_,
                confidence=0.9 if nothing and words else 0.75 if nothing else 0.5 if looked else 0.6,
                supports=[*(told(nothing) if nothing else []), *words],
                explains=struck,
                decides="list the files at the volume's mount path in the pod",
                facts={"claim": object_.partition("/")[2]},
            )
