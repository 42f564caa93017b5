"""Cause: the file system of a volume has become read-only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.ailing import READ_ONLY
from harness.diagnose.consequences import UNREACHED
from harness.diagnose.telling import told
from harness.diagnose.volumes import complaining_claims, users_of
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("volume-read-only")
class VolumeReadOnly(Cause):
    """The file system of a PersistentVolume takes no more writes.

    Linux remounts a file system read-only after an error of the disk beneath it. What is on it can still be read: copy
    it away first. Then look at the node's kernel log, check the file system while nobody uses it (`fsck`), and mount it
    anew by making the pod again, on another node where the volume can move.
    """

    layer: ClassVar[Layer] = Layer.STORAGE
    outranks: ClassVar[frozenset[str]] = UNREACHED | {"volume-full", "volume-data-lost"}

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each volume that is mounted so, or of which the pods that write to it say so."""
        said = complaining_claims(scene, symptoms, READ_ONLY)
        mounts = {each.object: each for each in symptoms.of("mount-read-only")}
        for object_ in dict.fromkeys([*mounts, *said]):
            mount, words = mounts.get(object_), said.get(object_, [])
            if object_.startswith("pod/"):  # a ConfigMap, a Secret or a file of the node: read-only by design
                continue
            looked = any(look.facts.get("options") for look in scene.looked("mount"))
            yield Suspicion(
                object=object_,
                confidence=0.95 if mount else 0.4 if looked else 0.85,
                supports=[*(told(mount) if mount else []), *words],
                explains=users_of(scene, object_),
                decides="mount in the pod: is the volume mounted ro",
                facts={"claim": object_.partition("/")[2]},
            )
