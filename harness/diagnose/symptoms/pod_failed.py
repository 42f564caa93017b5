"""Pods whose phase is Failed."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Scene, containers_of
from harness.registry import SYMPTOMS


@SYMPTOMS.enter("pod-failed")
class PodFailed(SymptomReader):
    """A pod has failed for good: evicted, refused by its node, or its containers ended and are not started again.

    Facts: `reason` (Evicted, UnexpectedAdmissionError, OutOfcpu, DeadlineExceeded, empty …), `message`, `node`,
    `exit-code` (of the first container that failed). Its object may lie for long after it was replaced, so it is no
    trouble by itself.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """The failed pods."""
        for pod in scene.pods:
            if pod.status.phase != "Failed":
                continue
            ends = [each.state.terminated for each in containers_of(pod) if each.state.terminated]
            code = next((str(end.exit_code) for end in ends if end.exit_code), "")
            how = pod.status.reason or (f"exit code {code}" if code else "no reason said")
            name = f"pod/{pod.metadata.name}"
            yield Symptom(
                kind="pod-failed",
                object=name,
                text=f"failed: {how}" + (f": {pod.status.message}" if pod.status.message else ""),
                source=f"status of {name}",
                facts={
                    "reason": pod.status.reason,
                    "message": pod.status.message,
                    "node": pod.spec.node_name,
                    "exit-code": code,
                },
            )
