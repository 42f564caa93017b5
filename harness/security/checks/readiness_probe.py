"""Containers that get traffic before they can answer."""

from __future__ import annotations

from typing import Any, ClassVar

from harness.security.check import CHECKS, Check, Severity
from harness.security.objects import Container, Workload


@CHECKS.enter("readiness-probe")
class ReadinessProbe(Check):
    """A readiness probe."""

    severity: ClassVar[Severity] = Severity.MEDIUM
    why: ClassVar[str] = (
        "A pod counts as ready once it has started: users meet replacements that cannot answer yet, roll-outs go "
        "on over broken ones. The patch asks the first port; an endpoint that says more is better."
    )

    def of_container(self, container: Container, workload: Workload) -> tuple[str, dict[str, Any]] | None:
        """Nothing asks it whether it can serve."""
        if not workload.serves or container.field != "containers" or "readinessProbe" in container.data:
            return None
        ports = container.data.get("ports") or []
        probe = {"tcpSocket": {"port": ports[0]["containerPort"]}, "periodSeconds": 5} if ports else None
        return "no readiness probe", {"readinessProbe": probe} if probe else {}
