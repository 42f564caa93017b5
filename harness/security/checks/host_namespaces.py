"""Pods that share the network, processes or memory of their node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Objects, Workload


@CHECKS.enter("host-namespaces")
class HostNamespaces(Check):
    """hostNetwork, hostPID and hostIPC are off."""

    severity: ClassVar[Severity] = Severity.HIGH
    why: ClassVar[str] = (
        "It sees and reaches what only the node should, no NetworkPolicy holds it, and with hostNetwork a second "
        "pod does not fit on the node: a replacement waits for the port."
    )

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """Any of the three."""
        shared = [key for key in ("hostNetwork", "hostPID", "hostIPC") if workload.pod.get(key)]
        if shared:
            yield Seen(workload.ref, ", ".join(shared), workload.with_pod(dict.fromkeys(shared, False)))
