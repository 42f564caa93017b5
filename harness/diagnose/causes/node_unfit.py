"""Cause: a node on which pods do not come up, though Kubernetes takes it for well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.consequences import UNWELL
from harness.diagnose.nodes import hosted, named, refs
from harness.diagnose.tried import copy_of, trials
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("node-unfit")
class NodeUnfit(Cause):
    """Pods do not come up on this node, whatever is in them, while elsewhere they do.

    Its kubelet, its container runtime, its network plug-in or its disk does not do its work, and its conditions do not
    say so (yet). Keep new pods off it (`kubectl cordon`), move what is stuck there, and look at the node itself.
    """

    layer: ClassVar[Layer] = Layer.NODE
    outranks: ClassVar[frozenset[str]] = UNWELL | {"startup-too-slow", "rollout-stuck"}
    decided_by: ClassVar[frozenset[str]] = frozenset({"good-pod-here", "same-image-elsewhere"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each node where a pod that does nothing did not come up; surer where a copy of its pod did elsewhere."""
        for trial in trials(scene, "good-pod"):
            if not trial.error or "Image" in trial.error:  # an image that is not to be had says nothing of the node
                continue
            pods = [pod for pod in hosted(scene, trial.node) if pod.active and not pod.ready]
            copies = [copy for pod in pods if (copy := copy_of(scene, pod.metadata.name))]
            fine = [copy for copy in copies if not copy.error]
            yield Suspicion(
                object=f"node/{trial.node}",
                confidence=0.92 if fine else 0.8,
                supports=[trial.told, *(copy.told for copy in fine), *named(pods)],
                contradicts=[copy.told for copy in copies if copy.error],
                explains=refs(pods),
                decides="start any small pod there, and look at its kubelet's log",
                facts={"node": trial.node},
            )
