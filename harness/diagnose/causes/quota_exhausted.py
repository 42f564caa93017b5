"""The cause `quota-exhausted`: a namespace that has used up what it may."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.refusals import refused
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("quota-exhausted")
class QuotaExhausted(Cause):
    """A ResourceQuota of the namespace is used up, or wants requests or limits that the pods do not state.

    Pods that are lost are not replaced, and a roll-out stands still. Raise the quota, or let the pods ask for less;
    controllers try again in growing intervals of up to 17 minutes.
    """

    layer = Layer.CAPACITY

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Workloads whose pods the quota refuses."""
        yield from refused(symptoms, "quota")
