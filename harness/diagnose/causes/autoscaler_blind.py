"""The cause `autoscaler-blind`: a HorizontalPodAutoscaler that cannot see what it scales by."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.workloads import Autoscaler
from harness.model.objects import Condition
from harness.model.scene import Scene, seconds_of
from harness.registry import CAUSES

_SETTLING_SECONDS = 90.0
"""The first metrics of new pods take a minute or more to come."""


@CAUSES.enter("autoscaler-blind")
class AutoscalerBlind(Cause):
    """A HorizontalPodAutoscaler cannot read its metrics or its target, so it changes nothing whatever the load.

    metrics-server (or the adapter of custom metrics) is not there or fails, the pods state no requests to compare
    with, or the target's name is wrong: its condition says which.
    """

    layer = Layer.CAPACITY

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Autoscalers whose own conditions say so for longer than a start takes."""
        for scaler in scene.all("horizontalpodautoscalers", Autoscaler):
            young = scene.age(scaler.metadata.creation_timestamp) < _SETTLING_SECONDS
            blind = [each for each in scaler.status.conditions if _is_blind(each)]
            if blind and not young:
                name = f"horizontalpodautoscaler/{scaler.metadata.name}"
                target = scaler.spec.scale_target_ref
                yield Suspicion(
                    object=name,
                    confidence=0.9,
                    supports=[f"{c.type}={c.status}, {c.reason}: {c.message} (status of {name})" for c in blind],
                    decides="kubectl top pods tells whether there are metrics at all",
                    since=seconds_of(blind[0].last_transition_time),
                    facts={"target": f"{target.kind.lower()}/{target.name}", "reason": blind[0].reason},
                )


def _is_blind(condition: Condition) -> bool:
    failed = condition.reason.startswith("Failed") or condition.reason == "InvalidSelector"
    return condition.type in ("ScalingActive", "AbleToScale") and condition.status == "False" and failed
