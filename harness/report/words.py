"""Sentences about a result that several reports share, so that all say the same. Must not know any report's format."""

from __future__ import annotations

import re

from harness.model.diagnosis import Named
from harness.model.explained import Explained
from harness.model.repetition import Distribution, Repetitions
from harness.model.result import ScenarioResult
from harness.model.scenario import NO_FAULT
from harness.model.verdict import Measure, Outcome

_SENTENCE_END = re.compile(r"(?<=[.!?])\s(?=[A-Z])")


def reason(result: ScenarioResult) -> str:
    """Why the scenario has its outcome, in one line."""
    if result.outcome is Outcome.SKIPPED:
        return result.skip_reason or "no reason was given"
    headline = result.verdict.headline.replace("\n", " ")
    if result.control_held is None:
        return headline
    return f"{twin_words(result)} ({headline})"


def twin_words(result: ScenarioResult) -> str:
    """What a twin did: a broken one must fail as declared, the scenario without its faults must raise no alarm."""
    if result.control == NO_FAULT:
        did = "was quiet" if result.control_held else "raised an alarm"
        return f"without its faults it {'is undecided' if result.outcome is Outcome.INCONCLUSIVE else did}"
    return f"the broken twin {'failed' if result.control_held else 'did not fail'} as declared"


def cause_lines(told: Explained | None) -> list[str]:
    """Why a scenario did not pass: the likeliest cause, what to do first about it, and what else there is.

    `cause: quota-exhausted at deployment/web (capacity, confidence 0.95), seen before the faults were undone`; the
    first line is what `reports/categories.json` goes by.
    """
    if told is None:
        return []
    if told.missing:
        return [f"cause: not diagnosed: {' '.join(told.missing.split())}"]
    first = f"{_cause(told.causes[0])}, seen" if told.causes else "none: nothing was wrong"
    advice = [each for cause in told.causes[:1] for each in cause.advice] or told.promises
    others = ", ".join(map(_cause, told.causes[1:]))
    lines = [f"cause: {first} {told.moment}", *(f"advice: {first_sentence(each.text)}" for each in advice[:1])]
    return [*lines, f"also: {others}"] if others else lines


def _cause(cause: Named) -> str:
    sure = f" ({cause.layer}, confidence {cause.confidence:.2f})" if cause.layer else ""
    return f"{cause.cause} at {cause.object}{sure}"


def first_sentence(text: str) -> str:
    """The first sentence; all of it where there is only one."""
    return _SENTENCE_END.split(" ".join(text.split()), maxsplit=1)[0]


def ran_as(result: ScenarioResult) -> str:
    """In which way the scenario was run: `broken twin one-replica, repetition 2`; '' for just once as it is."""
    twin = "without its faults" if result.control == NO_FAULT else f"broken twin {result.control}"
    words = [twin] if result.control else []
    words += [f"repetition {result.repetition}"] if result.repetition else []
    return ", ".join(words)


def repetitions_words(told: Repetitions) -> str:
    """`web-heals: flaky, 18 of 20 passed, 2 failed`."""
    name = f"{told.name}[{told.control}]" if told.control else told.name
    passed = f"{told.outcomes.get('passed', 0)} of {told.count} passed"
    others = [f"{count} {outcome}" for outcome, count in told.outcomes.items() if outcome != "passed"]
    return f"{name}: {told.steadiness}, {', '.join([passed, *others])}"


def distribution_words(told: Distribution) -> str:
    """`recovers deployment/web: n 20, median 1.52 s (95 % 1.48 to 1.60), 95th percentile 1.71 s, deadline 30.00 s`."""
    words = [f"n {told.count}"]
    words += [f"{told.censored} never came"] if told.censored else []
    words += [f"median {_seconds(told.median)}{_interval(told)}", f"95th percentile {_seconds(told.p95)}"]
    words += [f"deadline {told.deadline:.2f} s"] if told.deadline is not None else []
    return f"{told.promise}: {', '.join(words)}"


def _seconds(value: float | None) -> str:
    return "not reached" if value is None else f"{value:.2f} s"


def _interval(told: Distribution) -> str:
    if told.low is None:
        return ""
    return f" ({told.confidence:.0%} {told.low:.2f} to {'endless' if told.high is None else f'{told.high:.2f}'})"


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
    lines += [f"alarm  {alarm}" for alarm in result.verdict.alarms]
    lines += [f"note   {note}" for note in result.verdict.notes]
    return "\n".join(lines) + "\n" if lines else ""
