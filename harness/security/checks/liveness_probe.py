"""Containers that may hang for ever."""

from __future__ import annotations

from typing import Any, ClassVar

from harness.security.check import CHECKS, Check, Severity
from harness.security.objects import Container, Workload


@CHECKS.enter("liveness-probe")
class LivenessProbe(Check):
    """A liveness probe."""

    severity: ClassVar[Severity] = Severity.LOW
    why: ClassVar[str] = (
        "A process that hangs is never restarted. It must ask the process alone, never what it depends on, and "
        "give up slowly: one that is too quick makes an overload worse."
    )

    def of_container(self, container: Container, workload: Workload) -> tuple[str, dict[str, Any]] | None:
        """Nothing asks it whether it lives."""
        if not workload.serves or container.field != "containers" or "livenessProbe" in container.data:
            return None
        ports = container.data.get("ports") or []
        if not ports:
            return "no liveness probe", {}
        asks = {"tcpSocket": {"port": ports[0]["containerPort"]}, "periodSeconds": 10, "failureThreshold": 6}
        return "no liveness probe", {"livenessProbe": asks}
