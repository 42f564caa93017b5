"""Cause: the processors of a node are busy, and what runs there answers late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.ailing import ailing
from harness.diagnose.amounts import amount
from harness.diagnose.nodes import hosted
from harness.diagnose.telling import told
from harness.diagnose.tried import copy_of
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.full.cluster import Node
from harness.model.scene import Look, Scene
from harness.registry import CAUSES

BUSY_SHARE = 0.9


@CAUSES.enter("node-cpu-busy")
class NodeCpuBusy(Cause):
    """The processors of a node are used up, so that probes and requests there take too long.

    Nothing is broken as such: what has tight deadlines fails first. Find what uses them (`kubectl top pod -A`), give
    that a CPU limit or another node, and the probes a timeout that a busy node can hold.
    """

    layer: ClassVar[Layer] = Layer.NODE
    decided_by: ClassVar[frozenset[str]] = frozenset({"good-pod-here", "same-image-elsewhere"})
    outranks: ClassVar[frozenset[str]] = frozenset(
        {"application-hang", "liveness-probe-wrong", "readiness-probe-wrong"}
    )

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each node that is busy and whose pods of this namespace are late."""
        for look in scene.looked("usage"):
            node = (
                scene.named("nodes", Node, look.about.removeprefix("node/")) if look.about.startswith("node/") else None
            )
            share = _share(look, node) if node else 0.0
            if node is None or share < BUSY_SHARE:
                continue
            unwell = {pod.metadata.name for pod in ailing(scene)} & {
                p.metadata.name for p in hosted(scene, node.metadata.name)
            }
            late = [s for s in symptoms.of("probe-failed") if _is_late(s) and s.object.removeprefix("pod/") in unwell]
            if late:
                copies = [copy for name in sorted(unwell) if (copy := copy_of(scene, name))]
                elsewhere = [copy.told for copy in copies if not copy.error]
                yield Suspicion(
                    object=look.about,
                    confidence=0.85 if elsewhere else 0.35 if copies else 0.65,
                    supports=[
                        f"{share:.0%} of its processor time is used ({look.source or 'metrics.k8s.io'})",
                        *told(*late),
                        *elsewhere,
                    ],
                    contradicts=[copy.told for copy in copies if copy.error],
                    explains=sorted({each.object for each in late}),
                    decides="the same pod on another node: is it in time there",
                    facts={"node": node.metadata.name, "share": f"{share:.2f}"},
                )


def _is_late(symptom: Symptom) -> bool:
    return symptom.facts.get("detail") == "timeout"


def _share(look: Look, node: Node) -> float:
    whole = amount(node.status.capacity.get("cpu", ""))
    return amount(look.facts.get("cpu", "")) / whole if whole else 0.0
