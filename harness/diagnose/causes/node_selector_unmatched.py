"""The cause `node-selector-unmatched`: pods that ask for a node or a neighbourhood that there is not."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.scheduling import Class
from harness.diagnose.unplaced import asked_for, likely, pods_of, suspicion, unplaced
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("node-selector-unmatched")
class NodeSelectorUnmatched(Cause):
    """A pod's node selector, affinity, anti-affinity or spread rule is met by no node.

    A label that no node has, or a rule that keeps the pods of one workload apart while there are fewer nodes than
    pods. Correct the rule, prefer instead of require, or label a node.
    """

    layer = Layer.CONFIGURATION

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Pods that such rules keep from the nodes; sure where no node has what the selector asks for."""
        for found in unplaced(scene, symptoms, Class.AFFINITY):
            pods = pods_of(scene, found)
            asks = [pod for pod in pods if pod.spec.node_selector or "nodeAffinity" in pod.spec.affinity]
            nowhere = bool(asks) and bool(scene.nodes) and not any(asked_for(scene, pod) for pod in asks)
            selector = {key: value for pod in pods for key, value in pod.spec.node_selector.items()}
            facts = {"selector": ",".join(f"{key}={value}" for key, value in selector.items())}
            yield suspicion(
                found,
                0.95 if nowhere else likely(found.share),
                decides="compare the pod's rules with the labels of the nodes and of the pods on them",
                facts=facts,
            )
