"""Pods that should be ready and have had the time for it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import SYMPTOMS

SETTLING_SECONDS = 15.0
"""What a pod is given to become ready beyond the delays that its own probes ask for."""


@SYMPTOMS.enter("pod-not-ready")
class PodNotReady(SymptomReader):
    """A pod is bound to a node and not Ready, for longer than a start-up takes.

    Facts: `since-seconds`, `reason` (of the Ready condition), `containers` (those that are not ready), `node`.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """Active pods with a node whose Ready condition is not True."""
        for pod in scene.pods:
            since = unready_seconds(scene, pod)
            if pod.active and pod.spec.node_name and not pod.ready and since > SETTLING_SECONDS + _delay(pod):
                yield _symptom(pod, since)


def unready_seconds(scene: Scene, pod: Pod) -> float:
    """How long a pod has not been ready: since its condition says so, or since it is there."""
    ready = next((each for each in pod.status.conditions if each.type == "Ready"), None)
    return scene.age((ready and ready.last_transition_time) or pod.metadata.creation_timestamp)


def _symptom(pod: Pod, since: float) -> Symptom:
    name = f"pod/{pod.metadata.name}"
    condition = next((each for each in pod.status.conditions if each.type == "Ready"), None)
    lacking = [each.name for each in pod.status.container_statuses if not each.ready]
    reason = condition.reason if condition else ""
    return Symptom(
        kind="pod-not-ready",
        object=name,
        text=f"not ready for {since:.0f} s" + (f": {', '.join(lacking)}" if lacking else ""),
        source=f"status of {name}",
        facts={
            "since-seconds": f"{since:.0f}",
            "reason": reason,
            "containers": ",".join(lacking),
            "node": pod.spec.node_name,
        },
        trouble=True,
    )


def _delay(pod: Pod) -> float:
    """The longest wait before its probes ask for the first time."""
    probes = [probe for c in pod.spec.containers for probe in (c.readiness_probe, c.startup_probe) if probe]
    return max((float(probe.initial_delay_seconds) for probe in probes), default=0.0)
