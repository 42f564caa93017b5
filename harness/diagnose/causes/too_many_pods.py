"""The cause `too-many-pods`: nodes that hold as many pods as they may."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.scheduling import Class
from harness.diagnose.unplaced import likely, suspicion, unplaced
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("too-many-pods")
class TooManyPods(Cause):
    """The nodes hold as many pods as their kubelets allow (`maxPods`, 110 by default), whatever they request.

    Remove pods, add a node, or raise maxPods where the nodes' address ranges have room for it.
    """

    layer = Layer.CAPACITY

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Pods for which the scheduler says that there are too many."""
        for found in unplaced(scene, symptoms, Class.PODS):
            yield suspicion(found, likely(found.share))
