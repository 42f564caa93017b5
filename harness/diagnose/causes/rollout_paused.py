"""The cause `rollout-paused`: a release that nobody rolls out."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.workloads import Workload
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("rollout-paused")
class RolloutPaused(Cause):
    """A Deployment is paused, so a change of its pod template is not rolled out, and no error says so.

    The old pods go on and are replaced where they are lost. `kubectl rollout resume` lets the change go.
    """

    layer = Layer.CONFIGURATION
    outranks = frozenset({"rollout-stuck"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Paused Deployments; surer where pods of the present template lack."""
        for each in scene.all("deployments", Workload):
            if not each.spec.paused or each.metadata.deletion_timestamp:
                continue
            name = f"deployment/{each.metadata.name}"
            counts = each.status
            never_out = not counts.replicas and each.spec.replicas != 0 and not scene.pods_of(each)
            seen = counts.observed_generation >= each.metadata.generation
            waits = seen and (never_out or counts.updated_replicas < counts.replicas)
            words = (
                f"{counts.updated_replicas} of {counts.replicas} pods are of the present template (status of {name})"
            )
            conditions = [s for s in symptoms.of("workload-condition", about=name) if "Paused" in s.facts["reason"]]
            yield Suspicion(
                object=name,
                confidence=0.95 if waits else 0.5,
                supports=[f"spec.paused is true (spec of {name})", words, *told(*conditions)],
                contradicts=[] if waits else ["every pod is of the present template: nothing waits"],
                since=max((s.at for s in conditions), default=0.0),
            )
