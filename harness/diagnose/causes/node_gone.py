"""Cause: the node of a pod, or of its volume, is not in the cluster any more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose import placement
from harness.diagnose.consequences import ADRIFT
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.cluster import Node
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("node-gone")
class NodeGone(Cause):
    """A Node object was deleted: the machine was taken away, or somebody removed it from the cluster.

    Its pods are orphans; the pod garbage collector deletes them within about a minute, and their controllers make
    others elsewhere. A pod whose volume lies on that node's own disk can go nowhere else: bring the node back, or give
    up the claim and restore the data.
    """

    layer: ClassVar[Layer] = Layer.NODE
    outranks: ClassVar[frozenset[str]] = frozenset(ADRIFT | {"node-not-ready", "node-cordoned", "node-tainted"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each node that pods are bound to, or that the volumes of waiting pods are tied to, and that is not there."""
        orphans: dict[str, list[str]] = {}
        for each in symptoms.of("node-missing"):
            orphans.setdefault(each.facts["node"], []).append(each.object)
        for node, pods in orphans.items():
            yield Suspicion(
                object=f"node/{node}",
                confidence=0.95,
                supports=told(*(each for each in symptoms.of("node-missing") if each.facts["node"] == node)),
                explains=pods,
                facts={"node": node},
            )
        for pod in placement.waiting(scene):
            node = _only_home(scene, pod)
            if node and node not in orphans:
                yield Suspicion(
                    object=f"node/{node}",
                    confidence=0.9,
                    supports=[f"a volume of pod/{pod.metadata.name} is tied to node {node}, which is not there"],
                    explains=[f"pod/{pod.metadata.name}"],
                    facts={"node": node},
                )


def _only_home(scene: Scene, pod: Pod) -> str:
    """The node that a waiting pod's volumes are tied to, where none such is there."""
    tied = placement.tied_to(scene, pod)
    if not scene.nodes or any(scene.named("nodes", Node, name) for name in tied):
        return ""
    return next(iter(tied), "")
