"""Containers that are root on their node."""

from __future__ import annotations

from typing import Any, ClassVar

from harness.security.check import CHECKS, Check, Severity
from harness.security.objects import Container, Workload


@CHECKS.enter("privileged")
class Privileged(Check):
    """No privileged container."""

    severity: ClassVar[Severity] = Severity.CRITICAL
    why: ClassVar[str] = "Whoever gets into the container owns the node, and every pod on it with its secrets."

    def of_container(self, container: Container, workload: Workload) -> tuple[str, dict[str, Any]] | None:
        """It says privileged."""
        if not container.security("privileged"):
            return None
        return "privileged", {"securityContext": {"privileged": False, "allowPrivilegeEscalation": False}}
