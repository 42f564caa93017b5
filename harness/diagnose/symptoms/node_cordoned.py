"""Nodes that take no new pods because somebody said so. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Scene
from harness.registry import SYMPTOMS


@SYMPTOMS.enter("node-cordoned")
class NodeCordoned(SymptomReader):
    """A node with `spec.unschedulable`: what runs there goes on, nothing new is placed there."""

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each such node."""
        for node in scene.nodes:
            if node.spec.unschedulable:
                name = f"node/{node.metadata.name}"
                yield Symptom(
                    kind="node-cordoned",
                    object=name,
                    text=f"{name} is cordoned",
                    source=f"spec.unschedulable of {name}",
                )
