"""Pods that reach into the files of their node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Objects, Workload


@CHECKS.enter("host-path")
class HostPath(Check):
    """No hostPath volume."""

    severity: ClassVar[Severity] = Severity.HIGH
    why: ClassVar[str] = (
        "Such a pod can change its node and read other pods' files; and its data stays behind when it is healed "
        "elsewhere."
    )

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """A volume of that kind; the patch puts an empty one in its place."""
        for volume in workload.pod.get("volumes") or []:
            if "hostPath" in volume:
                patch = workload.with_pod({"volumes": [{"name": volume["name"], "hostPath": None, "emptyDir": {}}]})
                yield Seen(workload.ref, f"volume {volume['name']}: hostPath {volume['hostPath'].get('path')}", patch)
