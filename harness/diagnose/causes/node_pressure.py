"""Cause: a node runs out of memory, disk or process ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose import placement
from harness.diagnose.nodes import hosted, kept_off, named, refs
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import CAUSES

_RESOURCES = {"MemoryPressure": "memory", "DiskPressure": "disk", "PIDPressure": "process ids"}
_TARGET = ("DisruptionTarget", "TerminationByKubelet")


@CAUSES.enter("node-pressure")
class NodePressure(Cause):
    """A node has run low on memory, disk space or process ids.

    Its kubelet evicts pods, those first that use more than they asked for, and takes no new ones. Find what uses the
    resource up (`kubectl top`, `df`, logs and images), give pods requests and limits that fit, or add a node.
    """

    layer: ClassVar[Layer] = Layer.NODE
    outranks: ClassVar[frozenset[str]] = frozenset(
        {
            "application-crash",
            "application-not-ready",
            "insufficient-resources",
            "rollout-stuck",
            "volume-node-conflict",
        }
    )

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each node under pressure that hosts pods of the namespace, evicted one or keeps one waiting."""
        for symptom in symptoms.of("node-condition"):
            resource = _RESOURCES.get(symptom.facts["condition"], "")
            node = symptom.object.removeprefix("node/")
            if not resource:
                continue
            pods, waiting = hosted(scene, node), kept_off(scene, node, placement.PRESSURE)
            evicted = [pod for pod in scene.pods if pod.spec.node_name == node and _evicted(scene, pod)]
            if not (pods or waiting or evicted):
                continue
            words = [f"the kubelet evicted pod/{pod.metadata.name} (status)" for pod in evicted]
            yield Suspicion(
                object=symptom.object,
                confidence=0.95 if evicted or waiting else 0.85,
                supports=[*told(symptom), *words[:2], *named(pods)],
                explains=[*refs(evicted), *(ref for ref, _ in waiting), *refs(pods)],
                since=symptom.at,
                facts={"node": node, "resource": resource, "condition": symptom.facts["condition"]},
            )


def _evicted(scene: Scene, pod: Pod) -> bool:
    """Whether the kubelet took the pod off; one that ends with code 0 counts as Succeeded afterwards."""
    if pod.status.reason == "Evicted":
        return True
    events = scene.events_of(pod.metadata.name, uid=pod.metadata.uid, reasons=("Evicted",))
    ended = any((each.type, each.reason) == _TARGET and each.status == "True" for each in pod.status.conditions)
    return pod.over and (bool(events) or ended)
