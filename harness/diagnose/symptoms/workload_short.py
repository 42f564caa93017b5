"""Workloads with fewer ready pods than they ask for."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.symptoms.pod_not_ready import SETTLING_SECONDS, unready_seconds
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.workloads import Workload
from harness.model.scene import Scene
from harness.registry import SYMPTOMS


@SYMPTOMS.enter("workload-short")
class WorkloadShort(SymptomReader):
    """A Deployment, StatefulSet or DaemonSet lacks ready pods, and not just because a pod is starting.

    Facts: `desired`, `ready`, `pods` (that are there and not terminating), `missing` (desired without pods).
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """A workload counts when one of its pods has had the time to become ready, or lacks altogether."""
        for ref, workload in scene.workloads():
            if ref.startswith("job/") or workload.metadata.deletion_timestamp:
                continue
            active = [pod for pod in scene.pods_of(workload) if pod.active]
            desired, ready = desired_pods(ref, workload), sum(pod.ready for pod in active)
            missing = max(0, desired - len(active))
            late = any(not pod.ready and unready_seconds(scene, pod) > SETTLING_SECONDS for pod in active)
            fresh = scene.age(workload.metadata.creation_timestamp) < SETTLING_SECONDS
            if ready < desired and scene.saw("pods") and (late or (missing and not fresh)):
                yield Symptom(
                    kind="workload-short",
                    object=ref,
                    text=f"{ready} of {desired} pods are ready" + (f", {missing} are not there" if missing else ""),
                    source=f"status of {ref} and its pods",
                    facts={
                        "desired": str(desired),
                        "ready": str(ready),
                        "pods": str(len(active)),
                        "missing": str(missing),
                    },
                    trouble=True,
                )


def desired_pods(ref: str, workload: Workload) -> int:
    """How many pods a workload asks for; a DaemonSet's controller counts the nodes."""
    if ref.startswith("daemonset/"):
        return workload.status.desired_number_scheduled
    return 1 if workload.spec.replicas is None else workload.spec.replicas
