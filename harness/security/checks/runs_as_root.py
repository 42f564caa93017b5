"""Containers that run as root, or may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Objects, Workload


@CHECKS.enter("runs-as-root")
class RunsAsRoot(Check):
    """runAsNonRoot, and a user that is not 0."""

    severity: ClassVar[Severity] = Severity.MEDIUM
    why: ClassVar[str] = (
        "Root in a container is root on the node as soon as anything of the isolation fails. The image's files "
        "must be readable by the user that is chosen."
    )

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """Neither the pod nor the container forbids it."""
        context = workload.pod.get("securityContext") or {}
        for container in workload.all_containers:
            user = _either(container.security("runAsUser"), context.get("runAsUser"))
            forbidden = _either(container.security("runAsNonRoot"), context.get("runAsNonRoot"))
            if user == 0 or (user is None and not forbidden):
                fields = {"securityContext": {"runAsNonRoot": True, "runAsUser": user or 10001}}
                seen = "runs as user 0" if user == 0 else "may run as root"
                patch = workload.with_container(container, fields)
                severity = Severity.HIGH if user == 0 else None
                yield Seen(workload.ref, f"container {container.name}: {seen}", patch, severity=severity)


def _either(first: Any, second: Any) -> Any:
    return second if first is None else first
