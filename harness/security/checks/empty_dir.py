"""Data of a StatefulSet that goes with its pod."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Objects, Workload


@CHECKS.enter("empty-dir")
class EmptyDir(Check):
    """A StatefulSet keeps its data in claims."""

    severity: ClassVar[Severity] = Severity.HIGH
    why: ClassVar[str] = (
        "A replaced pod begins with nothing: what looks healed has lost its data. Claims cannot be added to a "
        "StatefulSet that exists: create it anew with volumeClaimTemplates."
    )

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """No claim at all, and a volume that is neither in memory nor named for what may be lost."""
        if workload.kind != "StatefulSet" or workload.manifest["spec"].get("volumeClaimTemplates"):
            return
        for volume in workload.pod.get("volumes") or []:
            kept = "emptyDir" in volume and (volume["emptyDir"] or {}).get("medium") != "Memory"
            if kept and not any(word in volume["name"] for word in _PASSING):
                yield Seen(workload.ref, f"volume {volume['name']}: emptyDir, and no claim")


_PASSING = ("tmp", "temp", "cache", "run", "socket", "log", "scratch")
