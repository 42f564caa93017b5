"""Deadlines that are budgets, checked where a scenario is loaded: by Kubernetes' own timers there must be one."""

from __future__ import annotations

from collections.abc import Sequence

from harness.budget.forecast import Ground, refusal
from harness.load_typed import Place
from harness.model.scenario import Scenario


def check_budgets(scenario: Scenario, places: Sequence[Place]) -> None:
    """Note each `within: budget` that can be none; `places` are those of the expectations, in their order."""
    for promise, place in zip(scenario.expect, places, strict=True):
        reason = refusal(scenario, promise, Ground())
        if reason is not None:
            place.entries().get("within", place).refuse(reason.wrong, reason.accepted)
