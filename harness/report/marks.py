"""Points of a timeline worth a line: injections, recoveries, deadlines, doubts. Must not know how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from harness.model.timeline import AnyEntry, Broken, Evidence, Gap, Header, Injected, Undone
from harness.model.units import Ref, Seconds
from harness.model.verdict import Finding, Outcome, Verdict


class Mark(NamedTuple):
    """A point of the timeline worth a line: `kind` is injected, undone, recovered, deadline or doubt."""

    kind: str
    t: float
    text: str
    error: float = 0.0


def marks_of(entries: Sequence[AnyEntry], header: Header | None, verdict: Verdict) -> list[Mark]:
    """Every mark of a timeline, each once; recoveries and deadlines come from the verdict and its promises."""
    marks: list[Mark] = []
    last: dict[str, float] = {}
    for entry in entries:
        match entry:
            case Injected():
                marks.append(Mark("injected", entry.t, f"{entry.fault} injected"))
                last["injection"] = entry.t
            case Undone(error=""):
                marks.append(Mark("undone", entry.t, "undone"))
                last["undo"] = entry.t
            case Undone():
                marks.append(Mark("doubt", entry.t, "undo failed"))
            case Gap():
                marks.append(Mark("doubt", entry.t, f"gap in the watch of {entry.resource}", entry.t - entry.since))
            case Broken():
                marks.append(Mark("doubt", entry.t, f"{entry.source} broke"))
            case Evidence(bit=False):
                marks.append(Mark("doubt", entry.t, "no evidence that it bit"))
            case _:
                pass
    for finding, promise in zip_longest(verdict.findings, _promises(header)):
        if finding is not None:
            fields = promise[1] if promise and promise[0] == finding.expectation else {}
            marks += _recovery_marks(finding, _timed(fields, verdict), last)
    return list(dict.fromkeys(marks))


def _timed(promise: dict[str, Any], verdict: Verdict) -> dict[str, Any]:
    """A promise with its budget's upper end as its deadline, where that is what it says."""
    if promise.get("within") != "budget":
        return promise
    since = promise.get("from", "injection")
    own = (each for each in verdict.budgets if (each.budget.of, each.budget.since) == (promise.get("of"), since))
    high = next((each.high for each in own if each.high is not None), None)
    return promise if high is None else {**promise, "within": str(Seconds(high))}


def _recovery_marks(finding: Finding, promise: dict[str, Any], last: dict[str, float]) -> list[Mark]:
    origin = last.get(str(promise.get("from", "injection")))
    if origin is None:
        return []
    marks = [
        Mark("recovered", origin + m.value, f"recovered after {m.value:.2f} ± {m.error:.2f} s", m.error)
        for m in finding.measures
        if m.name == "recovery" and not m.censored and finding.outcome is not Outcome.INCONCLUSIVE
    ]
    try:
        within = Seconds.parse(promise.get("within"))
    except ValueError:
        return marks
    if finding.expectation != "recovers":
        return marks
    return [*marks, Mark("deadline", origin + within, f"deadline {within}")]


def promised_refs(header: Header | None) -> list[Ref]:
    """The objects that the scenario promises about, each once, in order."""
    refs: dict[Ref, None] = {}
    for promise in _promises(header):
        try:
            refs[Ref.parse(promise[1].get("of"))] = None
        except ValueError:  # a promise of a newer harness: what cannot be read is not drawn
            continue
    return list(refs)


def _promises(header: Header | None) -> list[tuple[str, dict[str, Any]]]:
    written = header.scenario.get("expect", []) if header is not None else []
    return [(name, fields) for part in written for name, fields in part.items() if isinstance(fields, dict)]
