"""Budgets beside what was measured: where a recovery lies, and what that says of a verdict. Measures nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from harness.model.budget import Budget, Compared, Place, compare
from harness.model.scenario import Expectation
from harness.model.units import BUDGET
from harness.model.verdict import Finding, Outcome

FAILED = "failed for"
_MEASURES = ("recovery", FAILED)


def with_budgets(
    promises: Sequence[Expectation], findings: Sequence[Finding], budgets: Mapping[int, Budget]
) -> tuple[list[Finding], list[Compared]]:
    """The findings with their budgets in words, and the comparisons; `budgets` are by a promise's position."""
    compared = {index: found for index, budget in budgets.items() if (found := _compared(budget, findings[index]))}
    said = [
        _as_predicted(promise, finding, compared.get(index))
        for index, (promise, finding) in enumerate(zip(promises, findings, strict=True))
    ]
    return said, list(compared.values())


def budget_notes(budgets: Iterable[Compared]) -> list[str]:
    """What lies outside of its budget."""
    return [
        f"{each.budget.of} after {each.budget.fault}, {each.value:.2f} ± {each.error:.2f} s: {each.words}"
        for each in budgets
        if each.place in (Place.BELOW, Place.ABOVE)
    ]


def _compared(budget: Budget, finding: Finding) -> Compared | None:
    """A finding's recovery, or how long it stayed away, beside its budget; None where there is nothing to compare."""
    measure = next((each for each in finding.measures if each.name in _MEASURES), None)
    if measure is None or budget.unknown:
        return None
    if measure.name == FAILED and budget.finite and not measure.censored:
        return None  # it counts from the moment it broke, which says nothing of when healing was to come
    return compare(budget, measure.value, measure.error, censored=measure.censored)


def _as_predicted(promise: Expectation, finding: Finding, compared: Compared | None) -> Finding:
    """The finding with its budget in words.

    A deadline that comes from a prediction is worth nothing where the measure shows the prediction to be wrong.
    """
    if compared is None:
        return finding
    outcome, by_budget = finding.outcome, getattr(promise, "within", None) == BUDGET
    if by_budget and compared.place is Place.BELOW and outcome is Outcome.PASSED:
        outcome = Outcome.INCONCLUSIVE
    return msgspec.structs.replace(finding, outcome=outcome, text=f"{finding.text}; {compared.words}")
