"""Disruption budgets that agree to no eviction, ever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.security.check import CHECKS, Check, Seen, Severity
from harness.security.objects import Objects, selects


@CHECKS.enter("budget-blocks")
class BudgetBlocks(Check):
    """A PodDisruptionBudget that leaves room for one eviction."""

    severity: ClassVar[Severity] = Severity.HIGH
    why: ClassVar[str] = (
        "No node under these pods can be drained: upgrades and the repair of a node wait for somebody to delete "
        "the budget or the pods by hand."
    )

    def look(self, objects: Objects) -> Iterator[Seen]:
        """Those that want as many pods as there are."""
        for budget in objects.of_kind("PodDisruptionBudget"):
            spec = budget["spec"]
            least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
            fit = [w.replicas for w in objects.workloads() if w.replicas and selects(spec.get("selector"), w.labels)]
            if most in (0, "0%") or least == "100%" or (isinstance(least, int) and fit and least >= sum(fit)):
                said = f"maxUnavailable {most}" if most is not None else f"minAvailable {least} of {sum(fit)} replicas"
                patch = {"spec": {"minAvailable": None, "maxUnavailable": 1}}
                yield Seen(f"poddisruptionbudget/{budget['metadata']['name']}", f"{said} allows no eviction", patch)
