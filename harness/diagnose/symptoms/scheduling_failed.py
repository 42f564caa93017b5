"""What the scheduler says of pods that no node can take."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.scheduling import taken_apart
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Scene, seconds_of
from harness.registry import SYMPTOMS

PREEMPTING_SECONDS = 60.0
"""A pod with a nominated node waits for the grace of those that make room for it, and then is bound."""


@SYMPTOMS.enter("scheduling-failed")
class SchedulingFailed(SymptomReader):
    """The scheduler has refused a pod; its condition says so at this moment.

    Facts: each reason in the scheduler's words, with the number of nodes that it rules out.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """The condition PodScheduled of pods without a node."""
        for pod in scene.pods:
            for condition in pod.status.conditions if pod.active and not pod.spec.node_name else []:
                if (condition.type, condition.status, condition.reason) != ("PodScheduled", "False", "Unschedulable"):
                    continue
                if pod.status.nominated_node_name and scene.age(condition.last_transition_time) < PREEMPTING_SECONDS:
                    continue
                name = f"pod/{pod.metadata.name}"
                reasons = taken_apart(condition.message).reasons
                yield Symptom(
                    kind="scheduling-failed",
                    object=name,
                    text=f"no node takes it: {condition.message.strip()}",
                    source=f"condition PodScheduled of {name}",
                    facts={reason: str(count) for reason, count in reasons.items()},
                    trouble=True,
                    at=seconds_of(condition.last_transition_time),
                )
