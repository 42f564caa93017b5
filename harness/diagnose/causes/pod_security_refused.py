"""The cause `pod-security-refused`: pods that the namespace's security standard does not admit."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.refusals import refused
from harness.diagnose.telling import by_workload, objects, told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("pod-security-refused")
class PodSecurityRefused(Cause):
    """The namespace enforces a Pod Security Standard that the pods do not meet, so none is created.

    The message names each field. Pods that run are left alone, so it shows when the next one is needed. A container
    that must not run as root (runAsNonRoot) and whose image would is created and not started.
    """

    layer = Layer.CONFIGURATION

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Workloads whose pods the standard refuses, and containers that the kubelet does not run as root."""
        yield from refused(symptoms, "pod-security")
        rooted = [each for each in symptoms.of("container-waiting") if "runAsNonRoot" in each.facts["message"]]
        for ref, group in by_workload(scene, rooted):
            yield Suspicion(object=ref, confidence=0.9, supports=told(*group), explains=objects(group))
