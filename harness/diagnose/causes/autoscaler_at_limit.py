"""The cause `autoscaler-at-limit`: a HorizontalPodAutoscaler that wants more pods than it may have."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.workloads import Autoscaler
from harness.model.scene import Scene, seconds_of
from harness.registry import CAUSES


@CAUSES.enter("autoscaler-at-limit")
class AutoscalerAtLimit(Cause):
    """A HorizontalPodAutoscaler wants more pods than its `maxReplicas` allows: the load is higher than was planned.

    The pods that are there bear more than the target says. Raise maxReplicas where the cluster has room for them.
    """

    layer = Layer.CAPACITY

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Autoscalers that say that they are limited by their maximum."""
        for scaler in scene.all("horizontalpodautoscalers", Autoscaler):
            for condition in scaler.status.conditions:
                limited = (condition.type, condition.status, condition.reason) == (
                    "ScalingLimited",
                    "True",
                    "TooManyReplicas",
                )
                if limited and scaler.status.current_replicas >= scaler.spec.max_replicas > 0:
                    name = f"horizontalpodautoscaler/{scaler.metadata.name}"
                    target = scaler.spec.scale_target_ref
                    words = f"{scaler.status.current_replicas} of at most {scaler.spec.max_replicas} pods"
                    yield Suspicion(
                        object=name,
                        confidence=0.6,
                        supports=[f"{words}; {condition.message} (status of {name})"],
                        since=seconds_of(condition.last_transition_time),
                        facts={"target": f"{target.kind.lower()}/{target.name}", "max": str(scaler.spec.max_replicas)},
                    )
