"""Cause: a node of the namespace's pods is not Ready."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose import placement
from harness.diagnose.consequences import ADRIFT
from harness.diagnose.nodes import hosted, kept_off, named, refs
from harness.diagnose.symptoms.lease_stale import COMPONENTS
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.full.cluster import Lease
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("node-not-ready")
class NodeNotReady(Cause):
    """A node has stopped working, or the control plane has stopped hearing from it.

    Ready is Unknown when the kubelet no longer reports: the machine is off or frozen, the kubelet is stopped, or the
    network between the node and the API server is cut. Ready is False when the kubelet itself says that it cannot work.
    Pods on the node count as lost; after their toleration (300 s by default) they are deleted and made again on other
    nodes, those of a StatefulSet only once the node is back or declared out of service.
    """

    layer: ClassVar[Layer] = Layer.NODE
    outranks: ClassVar[frozenset[str]] = frozenset(ADRIFT)

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each such node that hosts pods of the namespace, or keeps one waiting."""
        for symptom in [*_not_ready(symptoms), *_unnoticed(scene, symptoms)]:
            node = symptom.object.removeprefix("node/")
            pods, waiting = hosted(scene, node), kept_off(scene, node, placement.NOT_READY)
            if not pods and not waiting:
                continue
            noticed = symptom.kind == "node-condition"
            lease = symptoms.of("lease-stale", about=symptom.object)
            yield Suspicion(
                object=symptom.object,
                confidence=(0.95 if noticed else 0.8) if pods else max(sure for _, sure in waiting),
                supports=[*told(symptom, *lease), *named(pods)],
                contradicts=[] if noticed else ["its condition Ready still says True"],
                explains=[*refs(pods), *(ref for ref, _ in waiting)],
                decides="look at the node itself: is it on, does its kubelet run, does it reach the API server",
                since=symptom.at,
                facts={
                    "node": node,
                    "status": symptom.facts.get("status", ""),
                    "reason": symptom.facts.get("reason", ""),
                },
            )


def _not_ready(symptoms: Symptoms) -> list[Symptom]:
    return [each for each in symptoms.of("node-condition") if each.facts["condition"] == "Ready"]


def _unnoticed(scene: Scene, symptoms: Symptoms) -> list[Symptom]:
    """Nodes whose lease has lapsed though they still count as Ready.

    The node controller does not work, or not yet; where every lease has lapsed, it is the API server that none of
    their holders reaches.
    """
    lapsed = symptoms.of("lease-stale")
    parts = [each for each in scene.elsewhere("leases", Lease) if each.metadata.name in COMPONENTS]
    leases = [*parts, *scene.elsewhere("leases", Lease, "kube-node-lease")]
    ready = {f"node/{node.metadata.name}" for node in scene.nodes if node.ready}
    if len(lapsed) == len(leases):
        return []
    return [each for each in lapsed if each.object in ready and _long(each)]


def _long(lapsed: Symptom) -> bool:
    """Whether a lease lapsed twice over; a kubelet on a busy machine may renew it late."""
    return float(lapsed.facts["silent-seconds"]) > 2 * float(lapsed.facts["duration-seconds"])
