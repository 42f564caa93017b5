"""Cause: kube-proxy of a node does not keep the addresses of Services up to date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.ailing import SILENCE, ailing, complaints
from harness.diagnose.consequences import UNREACHED
from harness.diagnose.nodes import hosted, named
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.network import Service
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("kube-proxy-down")
class KubeProxyDown(Cause):
    """kube-proxy on a node is stopped, frozen or failing.

    The rules that it had programmed go on working, so nothing shows until endpoints change: then the node sends
    requests to pods that are gone, and none to new ones, while the pods themselves are well. Restart it: delete its pod
    in kube-system.
    """

    layer: ClassVar[Layer] = Layer.NETWORK
    outranks: ClassVar[frozenset[str]] = UNREACHED | {"network-partition"}

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each node whose kube-proxy is not well, where the namespace has Services."""
        if not scene.all("services", Service):
            return
        lost = {each.object for each in symptoms.of("node-condition") if each.facts["condition"] == "Ready"}
        nodes = dict.fromkeys(each.object for each in symptoms.of("proxy-state") if each.object not in lost)
        for node in nodes:
            pods = hosted(scene, node.removeprefix("node/"))
            unwell = {pod.metadata.name for pod in ailing(scene)}
            struck = {
                f"pod/{pod.metadata.name}": complaints(scene, symptoms, pod, SILENCE)
                for pod in pods
                if pod.metadata.name in unwell
            }
            words = [said for each in struck.values() for said in each[:1]]
            yield Suspicion(
                object=node,
                confidence=0.95 if words else 0.9 if pods else 0.7,
                supports=[*told(*symptoms.of("proxy-state", about=node)), *words, *named(pods)],
                explains=sorted(ref for ref, said in struck.items() if said),
                facts={"node": node.removeprefix("node/")},
            )
