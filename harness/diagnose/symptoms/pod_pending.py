"""Pods that wait for a node."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.symptoms.scheduling_failed import PREEMPTING_SECONDS
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.cluster import Claim
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import SYMPTOMS

SETTLING_SECONDS = 5.0
"""A scheduler that works binds or refuses a pod within this."""


@SYMPTOMS.enter("pod-pending")
class PodPending(SymptomReader):
    """A pod is bound to no node: refused by the scheduler, gated, or seen by no scheduler.

    Facts: `since-seconds`, `reason` (Unschedulable, SchedulingGated, or empty where no scheduler said a word).
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """Active pods without a node; no trouble where something else says what they wait for."""
        for pod in scene.pods:
            since = scene.age(pod.metadata.creation_timestamp)
            if not pod.active or pod.spec.node_name or since < SETTLING_SECONDS:
                continue
            condition = next((each for each in pod.status.conditions if each.type == "PodScheduled"), None)
            reason = condition.reason if condition else ""
            name = f"pod/{pod.metadata.name}"
            yield Symptom(
                kind="pod-pending",
                object=name,
                text=f"on no node for {since:.0f} s: {reason or 'no scheduler has said anything'}",
                source=f"status of {name}",
                facts={"since-seconds": f"{since:.0f}", "reason": reason},
                trouble=not _waits_for_others(scene, pod, reason, since),
            )


def _waits_for_others(scene: Scene, pod: Pod, reason: str, since: float) -> bool:
    """Whether a gate, the pods that make room for it, or a volume that is being made explains why it waits."""
    claimed = {each.persistent_volume_claim.claim_name for each in pod.spec.volumes if each.persistent_volume_claim}
    claims = [each for each in scene.all("persistentvolumeclaims", Claim) if each.metadata.name in claimed]
    making = not reason and any(each.status.phase != "Bound" for each in claims)
    preempting = bool(pod.status.nominated_node_name) and since <= PREEMPTING_SECONDS
    return reason == "SchedulingGated" or making or preempting
