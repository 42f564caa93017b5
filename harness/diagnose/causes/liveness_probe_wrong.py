"""The cause `liveness-probe-wrong`: a liveness probe that cannot succeed."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.probes import failing, suspected_unfit
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("liveness-probe-wrong")
class LivenessProbeWrong(Cause):
    """The liveness probe asks for what the container does not offer, so the kubelet restarts a program that is well.

    A wrong port, a path that the application does not know, another scheme, a command that is not in the image or
    takes longer than its time. The application itself answers; correct the probe.
    """

    layer = Layer.CONFIGURATION
    outranks = frozenset({"application-crash", "startup-too-slow"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Failing liveness probes that do not fit their container."""
        for found in failing(scene, symptoms, "liveness"):
            yield from suspected_unfit(scene, found, symptoms)
