"""Workloads that a drain may take away at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Objects, Workload, selects


@CHECKS.enter("disruption-budget")
class DisruptionBudget(Check):
    """A PodDisruptionBudget for every replicated workload."""

    severity: ClassVar[Severity] = Severity.MEDIUM
    why: ClassVar[str] = (
        "A node drain or an upgrade evicts all pods of a workload together unless a budget says how many may be "
        "missing."
    )

    def of_workload(self, workload: Workload, objects: Objects) -> Iterator[Seen]:
        """None selects its pods."""
        selectors = [budget["spec"].get("selector") for budget in objects.of_kind("PodDisruptionBudget")]
        if (workload.replicas or 0) < 2 or any(selects(each, workload.labels) for each in selectors):
            return
        budget = {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": workload.name},
            "spec": {"maxUnavailable": 1, "selector": {"matchLabels": workload.labels}},
        }
        yield Seen(workload.ref, f"{workload.replicas} replicas and no disruption budget", addition=budget)
