"""The cause `host-port-conflict`: pods that want a port of the node that another has."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.scheduling import Class
from harness.diagnose.unplaced import likely, suspicion, unplaced
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("host-port-conflict")
class HostPortConflict(Cause):
    """A pod wants a port of its node (hostPort, or hostNetwork) that another pod has on every node.

    At most one such pod fits on a node, and a roll-out that keeps the old pod never ends. Use a Service instead of
    a host port, or replace pods by Recreate.
    """

    layer = Layer.CONFIGURATION

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Pods for which the scheduler finds no free port."""
        for found in unplaced(scene, symptoms, Class.HOST_PORT):
            yield suspicion(found, likely(found.share))
