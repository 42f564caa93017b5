"""Taints that somebody gave a node. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Scene
from harness.registry import SYMPTOMS

_OWN = ("node.kubernetes.io/", "node-role.kubernetes.io/", "node.cloudprovider.kubernetes.io/")
"""Kubernetes' own taints, which tell a node's condition or role."""


@SYMPTOMS.enter("node-tainted")
class NodeTainted(SymptomReader):
    """A taint NoSchedule or NoExecute that Kubernetes itself does not set: facts `key`, `value`, `effect`."""

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each node and taint."""
        for node in scene.nodes:
            for taint in node.spec.taints:
                if taint.effect == "PreferNoSchedule" or taint.key.startswith(_OWN):
                    continue
                name = f"node/{node.metadata.name}"
                words = f"{taint.key}={taint.value}" if taint.value else taint.key
                yield Symptom(
                    kind="node-tainted",
                    object=name,
                    text=f"{name} carries the taint {words}:{taint.effect}",
                    source=f"spec.taints of {name}",
                    facts={"key": taint.key, "value": taint.value, "effect": taint.effect},
                )
