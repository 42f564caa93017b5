"""Processes that may become more than they were started as."""

from __future__ import annotations

from typing import Any, ClassVar

from harness.security.check import CHECKS, Check, Severity
from harness.security.objects import Container, Workload


@CHECKS.enter("privilege-escalation")
class PrivilegeEscalation(Check):
    """allowPrivilegeEscalation is false."""

    severity: ClassVar[Severity] = Severity.MEDIUM
    why: ClassVar[str] = (
        "A set-uid program inside the image turns a flaw of the application into root in the container."
    )

    def of_container(self, container: Container, workload: Workload) -> tuple[str, dict[str, Any]] | None:
        """It is not refused."""
        if container.security("allowPrivilegeEscalation") is False or container.security("privileged"):
            return None
        return "privilege escalation is not refused", {"securityContext": {"allowPrivilegeEscalation": False}}
