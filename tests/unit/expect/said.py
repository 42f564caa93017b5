"""What a promise says of a story, judged alone."""

from __future__ import annotations

from collections.abc import Iterable

from timelines import scenario

from harness.judge import judge
from harness.model.scenario import Expectation, Fault
from harness.model.timeline import AnyEntry
from harness.model.verdict import Finding


def finding(promise: Expectation, entries: list[AnyEntry], faults: Iterable[Fault] | None = None) -> Finding:
    """What became of the promise."""
    (found,) = judge(scenario(promise, faults=faults), entries).findings
    return found


def measures(found: Finding) -> dict[str, tuple[float, float, bool]]:
    """Value, error and whether it is a bound, by name."""
    return {m.name: (round(m.value, 3), round(m.error, 3), m.censored) for m in found.measures}
