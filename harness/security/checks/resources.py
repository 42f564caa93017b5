"""Containers that ask for nothing, or may take everything. Knows no measured use."""

from __future__ import annotations

from typing import Any, ClassVar

from harness.security.check import CHECKS, Check, Severity
from harness.security.objects import Container, Workload


@CHECKS.enter("resources")
class Resources(Check):
    """Memory and processor asked for, and a limit of memory."""

    severity: ClassVar[Severity] = Severity.MEDIUM
    why: ClassVar[str] = (
        "Without requests the scheduler packs nodes until they are short, and such pods are evicted and killed "
        "first; without a memory limit one leak takes its neighbours along. The values are a start: measure, then "
        "set them."
    )

    def of_container(self, container: Container, workload: Workload) -> tuple[str, dict[str, Any]] | None:
        """What of the three is not said; what is there is kept."""
        said = container.data.get("resources") or {}
        requests, limits = said.get("requests") or {}, said.get("limits") or {}
        wanted = {"cpu": limits.get("cpu", "100m"), "memory": limits.get("memory", "128Mi")}
        asked = {key: value for key, value in wanted.items() if key not in requests and key not in limits}
        lacking = [f"no {key} request" for key in asked]
        fields: dict[str, Any] = {"requests": asked} if asked else {}
        if "memory" not in limits:
            lacking.append("no memory limit")
            fields["limits"] = {"memory": requests.get("memory", "256Mi")}
        return (", ".join(lacking), {"resources": fields}) if lacking else None
