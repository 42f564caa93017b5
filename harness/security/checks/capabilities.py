"""Containers with more of the kernel's privileges than they need."""

from __future__ import annotations

from typing import Any, ClassVar

from harness.security.check import CHECKS, Check, Severity
from harness.security.objects import Container, Workload


@CHECKS.enter("capabilities")
class Capabilities(Check):
    """All capabilities dropped."""

    severity: ClassVar[Severity] = Severity.LOW
    why: ClassVar[str] = (
        "The runtime's default set still allows raw packets and changes of file owners. Add back what is really used."
    )

    def of_container(self, container: Container, workload: Workload) -> tuple[str, dict[str, Any]] | None:
        """Not all are dropped."""
        dropped = (container.security("capabilities") or {}).get("drop") or []
        if "ALL" in dropped or container.security("privileged"):
            return None
        return "capabilities are not dropped", {"securityContext": {"capabilities": {"drop": ["ALL"]}}}
