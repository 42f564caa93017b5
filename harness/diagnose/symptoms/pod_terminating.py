"""Pods that were deleted and are still there after the time they had."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Scene
from harness.registry import SYMPTOMS

OVERDUE_SECONDS = 10.0
"""What a kubelet takes to tell the API server that a pod is gone, with plenty to spare."""


@SYMPTOMS.enter("pod-terminating")
class PodTerminating(SymptomReader):
    """A pod is Terminating past its grace period.

    Facts: `overdue-seconds`, `finalizers` (comma between), `node`, `node-ready` (true, false, unknown).
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """Its deletion timestamp is the moment when its grace ends."""
        for pod in scene.pods:
            overdue = scene.age(pod.metadata.deletion_timestamp)
            if not pod.terminating or overdue < OVERDUE_SECONDS:
                continue
            node = scene.node_of(pod)
            held = pod.metadata.finalizers
            name = f"pod/{pod.metadata.name}"
            yield Symptom(
                kind="pod-terminating",
                object=name,
                text=f"Terminating, {overdue:.0f} s past its grace" + (f", held by {', '.join(held)}" if held else ""),
                source=f"metadata of {name}",
                facts={
                    "overdue-seconds": f"{overdue:.0f}",
                    "finalizers": ",".join(held),
                    "node": pod.spec.node_name,
                    "node-ready": str(node.ready).lower() if node else "unknown",
                },
                trouble=True,
            )
