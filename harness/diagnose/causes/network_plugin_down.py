"""Cause: the network plug-in of a node is not ready."""

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
    r"network (plugin )?(is )?not ready|cni (plugin|config)\w* (not |un)\w*initialized|NetworkPluginNotReady", re.I
)


@CAUSES.enter("network-plugin-down")
class NetworkPluginDown(Cause):
    """The network plug-in (CNI) of a node is not set up: its agent does not run there, or has no configuration.

    The node is not Ready for it, and new pods there stay in ContainerCreating. Look at the plug-in's DaemonSet on that
    node, and at /etc/cni/net.d.
    """

    layer: ClassVar[Layer] = Layer.NETWORK
    outranks: ClassVar[frozenset[str]] = NODE_LOST

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each node that says so, where a pod of the namespace is."""
        for symptom in symptoms.of("node-condition"):
            pods = hosted(scene, symptom.object.removeprefix("node/"))
            if pods and _says_so(symptom):
                yield Suspicion(
                    object=symptom.object,
                    confidence=0.95,
                    supports=[*told(symptom), *named(pods)],
                    explains=refs(pods),
                    since=symptom.at,
                    facts={"node": symptom.object.removeprefix("node/")},
                )


def _says_so(symptom: Symptom) -> bool:
    facts = symptom.facts
    if facts["condition"] == "NetworkUnavailable":
        return True
    return facts["condition"] == "Ready" and bool(_WORDS.search(facts["message"]))
