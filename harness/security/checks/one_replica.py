"""Workloads of which one pod is all there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Manifest, Objects, Workload


@CHECKS.enter("one-replica")
class OneReplica(Check):
    """At least two replicas."""

    severity: ClassVar[Severity] = Severity.HIGH
    why: ClassVar[str] = (
        "While the only pod is moved, restarted or lost nobody serves: healing is an outage. Two are only safe "
        "where the software stands beside itself; where it cannot, say so to whoever depends on it."
    )

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """A workload with a number of replicas, and that number is one; an autoscaler's least number counts first."""
        scalers = [each["spec"] for each in objects.of_kind("HorizontalPodAutoscaler")]
        target = {"kind": workload.kind, "name": workload.name}
        scaled = any(target.items() <= each["scaleTargetRef"].items() and _least(each) > 1 for each in scalers)
        if workload.replicas == 1 and not scaled:
            yield Seen(workload.ref, "1 replica", {"spec": {"replicas": 2}})


def _least(scaler: Manifest) -> int:
    return int(scaler.get("minReplicas") or 1)
