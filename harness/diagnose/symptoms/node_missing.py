"""Pods bound to a node that is not in the cluster. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.cluster import Node
from harness.model.scene import Scene
from harness.registry import SYMPTOMS


@SYMPTOMS.enter("node-missing")
class NodeMissing(SymptomReader):
    """A pod whose `spec.nodeName` names no Node: fact `node`. Its status is stale, nobody reports for it."""

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each such pod; nothing where the nodes could not be read."""
        if not scene.nodes:
            return
        for pod in scene.pods:
            node = pod.spec.node_name
            if node and not pod.over and scene.named("nodes", Node, node) is None:
                name = f"pod/{pod.metadata.name}"
                yield Symptom(
                    kind="node-missing",
                    object=name,
                    text=f"{name} is bound to node {node}, which does not exist",
                    source=f"spec.nodeName of {name}",
                    facts={"node": node},
                    trouble=True,
                )
