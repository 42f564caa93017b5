"""The cause `priority-class-missing`: pods of a priority class that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.refusals import refused
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("priority-class-missing")
class PriorityClassMissing(Cause):
    """The pods name a PriorityClass that the cluster does not have, so none is created.

    Create the class, or correct its name in the pod template.
    """

    layer = Layer.CONFIGURATION

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Workloads whose pods are refused for the class."""
        yield from refused(symptoms, "priority-class")
