"""Replicas that may all stand on one node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Objects, Workload


@CHECKS.enter("spread")
class Spread(Check):
    """Replicas are spread over nodes."""

    severity: ClassVar[Severity] = Severity.MEDIUM
    why: ClassVar[str] = "The loss of one node may take every replica: replicas protect from nothing that they share."

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """Neither a spread constraint nor anti-affinity."""
        apart = (workload.pod.get("affinity") or {}).get("podAntiAffinity")
        if (workload.replicas or 0) < 2 or apart or workload.pod.get("topologySpreadConstraints"):
            return
        constraint = {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": workload.labels},
        }
        patch = workload.with_pod({"topologySpreadConstraints": [constraint]})
        yield Seen(workload.ref, f"{workload.replicas} replicas and nothing that spreads them", patch)
