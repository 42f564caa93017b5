"""Pods that can run on one node only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Objects, Workload


@CHECKS.enter("node-name")
class NodeName(Check):
    """No pod template names its node."""

    severity: ClassVar[Severity] = Severity.HIGH
    why: ClassVar[str] = (
        "When that node is gone the pod has nowhere to heal to; with nodeName it does not even wait for room."
    )

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """By `nodeName` or a selector of the host name; a pod that runs has its node's name from the scheduler."""
        host = "kubernetes.io/hostname"
        if workload.pod.get("nodeName") and not (workload.kind == "Pod" and "status" in workload.manifest):
            yield Seen(workload.ref, f"nodeName {workload.pod['nodeName']}", workload.with_pod({"nodeName": None}))
        elif host in (workload.pod.get("nodeSelector") or {}):
            seen = f"nodeSelector {host}: {workload.pod['nodeSelector'][host]}"
            yield Seen(workload.ref, seen, workload.with_pod({"nodeSelector": {host: None}}))
