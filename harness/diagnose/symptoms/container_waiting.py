"""Containers that wait for a reason that does not pass by itself."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.pods import ContainerStatus, Pod
from harness.model.scene import Scene, containers_of
from harness.registry import SYMPTOMS

_PASSING = ("", "ContainerCreating", "PodInitializing")
"""The reasons of every start, which say nothing."""


@SYMPTOMS.enter("container-waiting")
class ContainerWaiting(SymptomReader):
    """A container waits for another reason than that it is being made: CrashLoopBackOff, ImagePullBackOff …

    Facts: `container`, `reason`, `message`, `image`.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """The waiting containers of pods that should run."""
        for pod in scene.pods:
            for status in containers_of(pod) if pod.active else []:
                waiting = status.state.waiting
                if waiting is not None and waiting.reason not in _PASSING:
                    yield _symptom(pod, status, waiting.reason, waiting.message)


def _symptom(pod: Pod, status: ContainerStatus, reason: str, message: str) -> Symptom:
    name = f"pod/{pod.metadata.name}"
    asked = next((c.image for c in [*pod.spec.init_containers, *pod.spec.containers] if c.name == status.name), "")
    return Symptom(
        kind="container-waiting",
        object=name,
        text=f"container {status.name} waits: {reason}" + (f": {message}" if message else ""),
        source=f"status of {name}",
        facts={"container": status.name, "reason": reason, "message": message, "image": asked},
        trouble=True,
    )
