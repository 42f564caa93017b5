"""What controllers say of their workloads in conditions."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.objects import Condition
from harness.model.scene import Scene, seconds_of
from harness.registry import SYMPTOMS

_TROUBLES = {
    ("Progressing", "False", "ProgressDeadlineExceeded"),
    ("Failed", "True", "BackoffLimitExceeded"),
    ("Failed", "True", "DeadlineExceeded"),
    ("Failed", "True", "PodFailurePolicy"),
}
_TOLD = {("Progressing", "Unknown", "DeploymentPaused"), ("Suspended", "True", "JobSuspended")}
_REFUSED = "ReplicaFailure"


@SYMPTOMS.enter("workload-condition")
class WorkloadCondition(SymptomReader):
    """A controller says that a roll-out or Job has failed, is paused, or that a pod cannot be created.

    Facts: `type`, `status`, `reason`, `message`.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """The conditions that tell of something; Available=False says no more than the pods do."""
        for ref, workload in scene.workloads():
            for condition in workload.status.conditions:
                key = (condition.type, condition.status, condition.reason)
                if key in _TROUBLES | _TOLD or (condition.type == _REFUSED and condition.status == "True"):
                    yield _symptom(ref, condition, trouble=key not in _TOLD)


def _symptom(ref: str, condition: Condition, *, trouble: bool) -> Symptom:
    return Symptom(
        kind="workload-condition",
        object=ref,
        text=f"condition {condition.type}={condition.status}, {condition.reason}: {condition.message}",
        source=f"status of {ref}",
        facts={
            "type": condition.type,
            "status": condition.status,
            "reason": condition.reason,
            "message": condition.message,
        },
        trouble=trouble,
        at=seconds_of(condition.last_transition_time),
    )
