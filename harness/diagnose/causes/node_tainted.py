"""Cause: a taint keeps pods off the nodes that could take them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose import placement
from harness.diagnose.nodes import hosted, kept_off, refs
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("node-tainted")
class NodeTainted(Cause):
    """A node carries a taint that the pods do not tolerate.

    With NoSchedule new pods find no place there, with NoExecute those that ran there were taken off at once, past every
    disruption budget. Remove the taint (`kubectl taint node NODE KEY-`) if it is a mistake; else give the pods a
    toleration, or add nodes without it.
    """

    layer: ClassVar[Layer] = Layer.NODE
    outranks: ClassVar[frozenset[str]] = frozenset({"volume-node-conflict", "node-selector-unmatched", "rollout-stuck"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """The tainted nodes that keep pods waiting, those together that do it by the same taint."""
        groups: dict[tuple[str, ...], list[tuple[Symptom, list[tuple[str, float]]]]] = {}
        for symptom in symptoms.of("node-tainted"):
            node = symptom.object.removeprefix("node/")
            waiting = [
                each for each in kept_off(scene, node, placement.TAINTED) if _untolerated(scene, each[0], symptom)
            ]
            if waiting:
                groups.setdefault(tuple(symptom.facts.values()), []).append((symptom, waiting))
        for found in groups.values():
            nodes = [symptom for symptom, _ in found]
            waiting = list(dict.fromkeys(each for _, pods in found for each in pods))
            names = [each.object.removeprefix("node/") for each in nodes]
            leaving = [pod for name in names for pod in hosted(scene, name) if pod.terminating]
            evicts = nodes[0].facts["effect"] == "NoExecute"
            yield Suspicion(
                object=nodes[0].object,
                confidence=max(sure for _, sure in waiting),
                supports=[*told(*nodes), *told(*symptoms.of("scheduling-failed", about=waiting[0][0]))],
                explains=[*(ref for ref, _ in waiting), *(refs(leaving) if evicts else [])],
                facts={"nodes": " ".join(names), **nodes[0].facts},
            )


def _untolerated(scene: Scene, ref: str, symptom: Symptom) -> bool:
    pod = next(pod for pod in scene.pods if f"pod/{pod.metadata.name}" == ref)
    node = next(node for node in scene.nodes if f"node/{node.metadata.name}" == symptom.object)
    return any(taint.key == symptom.facts["key"] for taint in placement.untolerated(pod, node))
