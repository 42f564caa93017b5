"""The cause `limit-range-refused`: pods outside of what a LimitRange allows."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.refusals import refused
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("limit-range-refused")
class LimitRangeRefused(Cause):
    """A LimitRange of the namespace allows a container or pod less, or wants more, than the pods ask for.

    Pods that run are left alone; the next one is not admitted. Change the requests and limits, or the range.
    """

    layer = Layer.CAPACITY

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Workloads whose pods the range refuses."""
        yield from refused(symptoms, "limit-range", decides="compare the pod template with the LimitRange")
