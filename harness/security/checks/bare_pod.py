"""Pods that nobody would make again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Objects, Workload


@CHECKS.enter("bare-pod")
class BarePod(Check):
    """Pods come from a controller."""

    severity: ClassVar[Severity] = Severity.HIGH
    why: ClassVar[str] = "When it is evicted, or its node is lost, it is gone for good: nothing heals it."

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """A pod without an owner that is meant to go on."""
        if workload.kind == "Pod" and workload.pod.get("restartPolicy", "Always") == "Always":
            yield Seen(workload.ref, "no controller owns it")
