"""Sentences about a result that several reports share, so that all say the same. Must not know any report's format."""

from __future__ import annotations

from harness.model.result import ScenarioResult
from harness.model.verdict import Measure, Outcome


def reason(result: ScenarioResult) -> str:
    """Why the scenario has its outcome, in one line."""
    if result.outcome is Outcome.SKIPPED:
        return result.skip_reason or "no reason was given"
    headline = result.verdict.headline.replace("\n", " ")
    if result.control_held is None:
        return headline
    did = "failed as declared" if result.control_held else "did not fail as declared"
    return f"the broken twin {did} ({headline})"


def recovery(result: ScenarioResult) -> Measure | None:
    """The longest recovery measured; one that never came counts as longest."""
    found = [m for finding in result.verdict.findings for m in finding.measures if m.name == "recovery"]
    return max(found, key=lambda m: (m.censored, m.value), default=None)


def measure_words(measure: Measure) -> str:
    """A number with its error bar: `1.59 ± 0.04 s`, `> 12.00 s` where it is a lower bound, `97.183 %`, `2`."""
    bound = "> " if measure.censored else ""
    match measure.unit:
        case "seconds":
            bar = f" ± {measure.error:.2f}" if measure.error else ""
            return f"{bound}{measure.value:.2f}{bar} s"
        case "share":
            return f"{bound}{f'{measure.value * 100:.3f}'.rstrip('0').rstrip('.')} %"
        case _:
            return f"{bound}{measure.value:g}"


def findings_text(result: ScenarioResult) -> str:
    """Every finding with its numbers, what was seen last and what lacked, then the doubts."""
    lines: list[str] = []
    for finding in result.verdict.findings:
        lines.append(f"{finding.outcome}  {finding.expectation}: {finding.text}")
        lines += [f"    {m.name}: {measure_words(m)}" for m in finding.measures]
        if finding.difference:
            lines.append(f"    difference: {finding.difference}")
        if finding.last_seen:
            lines.append("    last seen:")
            lines += [f"      {line}" for line in finding.last_seen.splitlines()]
    lines += [f"doubt  {doubt}" for doubt in result.verdict.doubts]
    lines += [f"note   {note}" for note in result.verdict.notes]
    return "\n".join(lines) + "\n" if lines else ""
