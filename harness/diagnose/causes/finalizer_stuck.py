"""The cause `finalizer-stuck`: a deletion that waits for somebody who does not come."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.objects import ObjectMeta
from harness.model.scene import Scene
from harness.registry import CAUSES

_OVERDUE_SECONDS = 10.0
_IN_USE = ("kubernetes.io/pvc-protection", "kubernetes.io/pv-protection")
"""These go by themselves when the last pod that uses the volume has ended."""


@CAUSES.enter("finalizer-stuck")
class FinalizerStuck(Cause):
    """An object was deleted and stays, since a finalizer is on it that its controller does not remove.

    The controller is gone or fails. Until the finalizer is removed the name is taken: a StatefulSet cannot replace
    such a pod, and a namespace cannot go. Mend the controller; remove the finalizer by hand only where what it
    was to clean up is known not to matter.
    """

    layer = Layer.CONFIGURATION

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Objects of the namespace whose deletion is overdue and that finalizers hold."""
        for resource, things in scene.objects.items():
            for thing in things:
                meta: ObjectMeta = thing.metadata
                held = [each for each in meta.finalizers if each not in _IN_USE]
                overdue = scene.age(meta.deletion_timestamp) if meta.deletion_timestamp else 0.0
                if meta.namespace == scene.namespace and held and overdue > _OVERDUE_SECONDS:
                    yield _suspicion(scene, symptoms, f"{resource.removesuffix('s')}/{meta.name}", meta, held)


def _suspicion(scene: Scene, symptoms: Symptoms, ref: str, meta: ObjectMeta, held: list[str]) -> Suspicion:
    away = [s for s in symptoms.of("pod-terminating", about=ref) if s.facts["node-ready"] == "false"]
    age = scene.age(meta.deletion_timestamp)
    return Suspicion(
        object=ref,
        confidence=0.6 if away else 0.9,
        supports=[
            f"deleted, and held for {age:.0f} s past its time by {', '.join(held)} (metadata of {ref})",
            *told(*away),
        ],
        contradicts=["its node is not ready, so its containers may not have ended"] if away else [],
        decides="look whether the controller that the finalizer is named for runs",
        since=scene.at - age,
        facts={"finalizers": ",".join(held)},
    )
