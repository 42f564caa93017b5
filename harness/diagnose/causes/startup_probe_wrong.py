"""The cause `startup-probe-wrong`: a startup probe that cannot succeed."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.probes import failing, suspected_unfit
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("startup-probe-wrong")
class StartupProbeWrong(Cause):
    """The startup probe asks for what the container does not offer, so the program is ended before it may serve.

    Until a startup probe has succeeded, no other probe runs and the container is not ready; when it has failed
    for good the kubelet restarts the container. Correct the probe.
    """

    layer = Layer.CONFIGURATION
    outranks = frozenset({"application-crash", "startup-too-slow"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Failing startup probes that do not fit their container."""
        for found in failing(scene, symptoms, "startup"):
            yield from suspected_unfit(scene, found, symptoms)
