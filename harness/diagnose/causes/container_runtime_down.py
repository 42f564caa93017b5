"""Cause: the container runtime of a node does not answer its kubelet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.consequences import NODE_LOST
from harness.diagnose.nodes import hosted, named, refs
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES

_WORDS = re.compile(
    r"container runtime is down|PLEG is not healthy|pleg was last seen|container runtime status check", re.I
)
_RUNTIMES = ("containerd", "crio", "dockerd")


@CAUSES.enter("container-runtime-down")
class ContainerRuntimeDown(Cause):
    """The node's container runtime (containerd, CRI-O) is stopped or hangs.

    The kubelet still reports, and says that its runtime is down. Containers that run go on, but none is started,
    stopped, probed by a command or restarted there. Restart the runtime; a disk that hangs or is full is a usual
    reason.
    """

    layer: ClassVar[Layer] = Layer.NODE
    outranks: ClassVar[frozenset[str]] = NODE_LOST

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each node whose kubelet says so, or whose runtime's process is stopped, where a pod of the namespace is."""
        for node in scene.nodes:
            name = f"node/{node.metadata.name}"
            words = [s for s in symptoms.of("node-condition", about=name) if _says_so(s)]
            processes = [s for s in symptoms.of("process-stopped", about=name) if s.facts["process"] in _RUNTIMES]
            pods = hosted(scene, node.metadata.name)
            if not pods or not (words or processes):
                continue
            yield Suspicion(
                object=name,
                confidence=0.96 if words else 0.9,
                supports=[*told(*words, *processes), *named(pods)],
                explains=refs(pods),
                since=min((s.at for s in words if s.at), default=0.0),
                facts={"node": node.metadata.name},
            )


def _says_so(symptom: Symptom) -> bool:
    facts = symptom.facts
    network = "network not ready" in facts["message"]
    return facts["condition"] == "Ready" and bool(_WORDS.search(facts["message"])) and not network
