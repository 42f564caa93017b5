"""The cause `volume-node-conflict`: a volume that lives where the pod cannot go."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.scheduling import Class
from harness.diagnose.unplaced import suspicion, unplaced
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("volume-node-conflict")
class VolumeNodeConflict(Cause):
    """A pod's volume can be reached from one node or zone only, and no node there may take the pod.

    Where every node is ruled out for the volume, its node is gone or renamed. Where one node is ruled out for
    another reason, that is the volume's own node, and that reason is the cause.
    """

    layer = Layer.CONFIGURATION

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Pods that the volume keeps from every node."""
        for found in unplaced(scene, symptoms, Class.VOLUME_NODE):
            yield suspicion(
                found, 0.9 if not found.others else 0.35, decides="compare the volume's node affinity with the nodes"
            )
