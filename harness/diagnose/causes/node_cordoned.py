"""Cause: a node that pods wait for is cordoned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose import placement
from harness.diagnose.nodes import kept_off
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("node-cordoned")
class NodeCordoned(Cause):
    """Somebody has closed a node to new pods (`kubectl cordon` or `drain`), and pods wait that only it could take.

    What runs there goes on. Uncordon it (`kubectl uncordon NODE`) when the maintenance is over, or add a node.
    """

    layer: ClassVar[Layer] = Layer.NODE
    outranks: ClassVar[frozenset[str]] = frozenset({"volume-node-conflict", "node-selector-unmatched", "rollout-stuck"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """The cordoned nodes that keep pods waiting, those together that keep the same ones."""
        groups: dict[tuple[tuple[str, float], ...], list[Symptom]] = {}
        for symptom in symptoms.of("node-cordoned"):
            waiting = kept_off(scene, symptom.object.removeprefix("node/"), placement.CORDONED)
            if waiting:
                groups.setdefault(tuple(waiting), []).append(symptom)
        for kept, nodes in groups.items():
            yield Suspicion(
                object=nodes[0].object,
                confidence=max(sure for _, sure in kept),
                supports=[*told(*nodes), *told(*symptoms.of("scheduling-failed", about=kept[0][0]))],
                explains=[ref for ref, _ in kept],
                facts={"nodes": " ".join(each.object.removeprefix("node/") for each in nodes)},
            )
