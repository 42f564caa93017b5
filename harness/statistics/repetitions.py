"""What the repetitions of a scenario tell together: its distributions, and whether it is flaky or only slow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from harness.model.repetition import Distribution, Repetitions, Steadiness
from harness.model.result import ScenarioResult
from harness.model.units import BUDGET, Seconds
from harness.model.verdict import Measure, Outcome
from harness.statistics.interval import median_interval
from harness.statistics.survival import Time, quantile

NEAR_DEADLINE = 0.8
"""From this part of its deadline on a 95th percentile is called slow: the next busy day may be over it."""
MEASURE = "recovery"

_ALIKE = {
    Outcome.FAILED: Steadiness.FAILING,
    Outcome.INCONCLUSIVE: Steadiness.UNDECIDED,
    Outcome.SKIPPED: Steadiness.SKIPPED,
}


def repetitions_of(results: Iterable[ScenarioResult]) -> list[Repetitions]:
    """One entry for each scenario, and each of its twins, that was repeated; in the order of the results."""
    groups: dict[tuple[str, str, str], list[ScenarioResult]] = {}
    for result in results:
        if result.repetition:
            file = result.node_id.partition("::")[0]
            groups.setdefault((file, result.name, result.control), []).append(result)
    return [summarise(group) for group in groups.values()]


def summarise(results: Sequence[ScenarioResult]) -> Repetitions:
    """The repetitions of one scenario, at least one, together."""
    first = results[0]
    outcomes = Counter(result.outcome for result in results)
    distributions = _distributions([result for result in results if result.outcome is not Outcome.SKIPPED])
    return Repetitions(
        name=first.name,
        file=first.node_id.partition("::")[0],
        control=first.control,
        count=len(results),
        outcomes={str(outcome): outcomes[outcome] for outcome in Outcome if outcomes[outcome]},
        steadiness=_steadiness(outcomes, [] if first.control else distributions),
        distributions=distributions,
    )


def distribution(promise: str, times: Sequence[Time], deadline: float | None = None) -> Distribution:
    """The distribution of these times."""
    interval = median_interval(times)
    return Distribution(
        promise=promise,
        count=len(times),
        censored=sum(time.censored for time in times),
        median=quantile(times, Fraction(1, 2)),
        p95=quantile(times, Fraction(95, 100)),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        confidence=round(interval.confidence, 4) if interval else 0.0,
        deadline=deadline,
    )


def _steadiness(outcomes: Counter[Outcome], distributions: list[Distribution]) -> Steadiness:
    if len(outcomes) > 1:
        return Steadiness.FLAKY
    (outcome,) = outcomes
    if outcome is Outcome.PASSED:
        return Steadiness.SLOW if any(map(_near, distributions)) else Steadiness.STEADY
    return _ALIKE[outcome]


def _near(told: Distribution) -> bool:
    """Whether the 95th percentile is near the deadline, over it, or not reached at all."""
    if told.deadline is None:
        return False
    return told.p95 is None or told.p95 >= NEAR_DEADLINE * told.deadline


def _distributions(results: Sequence[ScenarioResult]) -> list[Distribution]:
    """One for each promise that measures a recovery; findings are in the order of the promises."""
    if not results:
        return []
    found: list[Distribution] = []
    for position, written in enumerate(results[0].scenario.get("expect", [])):
        measures = [m for result in results if (m := _measure(result, position)) is not None]
        if measures:
            times = [Time(m.value, m.censored) for m in measures]
            found.append(distribution(_promise(written), times, _deadline(written, results)))
    return found


def _measure(result: ScenarioResult, position: int) -> Measure | None:
    findings = result.verdict.findings
    measures = findings[position].measures if position < len(findings) else []
    return next((measure for measure in measures if measure.name == MEASURE), None)


def _promise(written: dict[str, Any]) -> str:
    """As in YAML: `recovers deployment/web from undo`."""
    ((name, fields),) = written.items()
    since = "" if fields.get("from", "injection") == "injection" else f" from {fields['from']}"
    return f"{name} {fields['of']}{since}"


def _deadline(written: dict[str, Any], results: Sequence[ScenarioResult]) -> float | None:
    """The deadline in seconds, the shortest where each run had its own; None where it was not said as a time."""
    (fields,) = written.values()
    if fields.get("within") == str(BUDGET):
        since = fields.get("from", "injection")
        compared = [each for result in results for each in result.verdict.budgets]
        own = (each.high for each in compared if (each.budget.of, each.budget.since) == (fields["of"], since))
        return min((high for high in own if high is not None), default=None)
    try:
        return float(Seconds.parse(fields.get("within")))
    except ValueError:
        return None
