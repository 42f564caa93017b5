"""The cause `readiness-probe-wrong`: a readiness probe that cannot succeed."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.probes import failing, suspected_unfit
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("readiness-probe-wrong")
class ReadinessProbeWrong(Cause):
    """The readiness probe asks for what the container does not offer, so a program that is well gets no requests.

    A wrong port, a path that the application does not know, another scheme, a command that is not in the image or
    takes longer than its time. A roll-out with such a probe never ends; correct the probe.
    """

    layer = Layer.CONFIGURATION
    outranks = frozenset({"application-not-ready"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Failing readiness probes that do not fit their container."""
        for found in failing(scene, symptoms, "readiness"):
            yield from suspected_unfit(scene, found, symptoms)
