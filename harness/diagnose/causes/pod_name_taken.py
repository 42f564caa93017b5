"""The cause `pod-name-taken`: a StatefulSet's pod that somebody else's pod of that name keeps out."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.workloads import Workload
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("pod-name-taken")
class PodNameTaken(Cause):
    """A StatefulSet lacks a pod, since a pod of that very name is there which it does not own.

    Its labels were changed so that the StatefulSet has let it go, or somebody made it by hand. The controller tries
    again and again without an Event. Give the pod its labels back, or delete it.
    """

    layer = Layer.CONFIGURATION
    outranks = frozenset({"controller-manager-down"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """StatefulSets that are short, and pods of the lacking names that nobody or somebody else controls."""
        for each in scene.all("statefulsets", Workload):
            ref = f"statefulset/{each.metadata.name}"
            short = symptoms.of("workload-short", about=ref)
            names = (
                {f"{each.metadata.name}-{ordinal}" for ordinal in range(each.spec.replicas or 0)} if short else set()
            )
            for pod in scene.pods:
                if pod.metadata.name in names and pod.metadata.controller_uid != each.metadata.uid:
                    labels = ",".join(f"{key}={value}" for key, value in sorted(pod.metadata.labels.items()))
                    yield Suspicion(
                        object=ref,
                        confidence=0.95,
                        supports=[
                            f"pod/{pod.metadata.name} is there and not its own; its labels: {labels}",
                            *told(*short),
                        ],
                        facts={"pod": pod.metadata.name},
                    )
