"""The cause `preempted`: pods that had to make room for others."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("preempted")
class Preempted(Cause):
    """The scheduler removed pods of this workload for others of higher priority, and there is no room for new ones.

    The cluster is full; priorities decide who stays. Add capacity, or raise the priority of what must not go.
    """

    layer = Layer.CAPACITY
    outranks = frozenset({"insufficient-resources", "node-selector-unmatched", "host-port-conflict", "too-many-pods"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Workloads that lost pods so, and lack them still."""
        lost = symptoms.of("preempted")
        for short in symptoms.of("workload-short") if lost else []:
            stem = f"pod/{short.object.partition('/')[2]}-"
            mine = [each for each in lost if each.object.startswith(stem)]
            waits = [each for each in symptoms.of("pod-pending") if each.object.startswith(stem)]
            if mine:
                yield Suspicion(
                    object=short.object,
                    confidence=0.9 if waits else 0.5,
                    supports=told(*mine[:3], *waits[:2], short),
                    explains=[each.object for each in waits],
                    decides="look which pods of higher priority came at that time",
                    since=min(each.at for each in mine),
                )
