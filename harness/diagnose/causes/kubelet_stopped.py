"""Cause: the kubelet of a node does not run, though the node's machine does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.consequences import NODE_LOST
from harness.diagnose.nodes import hosted, named, refs
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("kubelet-stopped")
class KubeletStopped(Cause):
    """The kubelet of a node is stopped, frozen or gone, while the machine itself is up.

    Containers go on running and answering, but nobody reports for them, probes them or restarts them, and the node is
    soon taken for lost. Start the kubelet; if it ends again, its log (`journalctl -u kubelet`) says why.
    """

    layer: ClassVar[Layer] = Layer.NODE
    outranks: ClassVar[frozenset[str]] = NODE_LOST

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each node whose kubelet was looked at and does not go on, where a pod of the namespace is."""
        for process in symptoms.of("process-stopped"):
            if process.facts["process"] != "kubelet" or not process.object.startswith("node/"):
                continue
            node = process.object.removeprefix("node/")
            pods = hosted(scene, node)
            conditions = [
                s for s in symptoms.of("node-condition", about=process.object) if s.facts["condition"] == "Ready"
            ]
            if not pods and not conditions:
                continue
            yield Suspicion(
                object=process.object,
                confidence=0.97 if conditions else 0.9,
                supports=[*told(process, *conditions, *symptoms.of("lease-stale", about=process.object)), *named(pods)],
                explains=refs(pods),
                since=min((s.at for s in conditions if s.at), default=0.0),
                facts={"node": node, "state": process.facts["state"]},
            )
