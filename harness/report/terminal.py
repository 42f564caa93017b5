"""What the terminal shows of a run, as text: a line while a scenario runs, and the summary. Must not print anything."""

from __future__ import annotations

import textwrap
from pathlib import Path

from harness.model.repetition import Repetitions
from harness.model.result import RunResult, ScenarioResult
from harness.model.scenario import NO_FAULT
from harness.model.verdict import Finding, Outcome
from harness.report.healing import recovery_lines
from harness.report.redact import redact_text
from harness.report.words import (
    cause_lines,
    distribution_words,
    measure_words,
    ran_as,
    reason,
    recovery,
    repetitions_words,
)

WIDTH = 80

_ORDER = (Outcome.PASSED, Outcome.SKIPPED, Outcome.INCONCLUSIVE, Outcome.FAILED)  # what needs reading comes last
_COLOURS = {Outcome.PASSED: "32", Outcome.FAILED: "31;1", Outcome.INCONCLUSIVE: "33;1", Outcome.SKIPPED: "2"}
_OUTCOME_COLUMNS = 12
_NUMBER_COLUMNS = 24


def summary(run: RunResult, *, reports: dict[str, Path | str], colour: bool = False, width: int = WIDTH) -> str:
    """The end of a run: what was undecided or broken in detail, a line for each scenario, counts, where reports are.

    `reports` maps a name (`Allure`) to a path, or to the reason why there is none.
    """
    ordered = sorted(run.scenarios, key=lambda result: _ORDER.index(result.outcome))
    blocks = [_details(result, colour=colour, width=width) for result in ordered if _needs_details(result)]
    lines = [scenario_line(result, colour=colour, width=width) for result in ordered]
    lines += [line for told in run.repetitions for line in _repeated(told, width)]
    ran = [result for result in ordered if result.outcome is not Outcome.SKIPPED]  # the others' lines say why
    lines += [_proof_line(result, width) for result in ran if result.proof is not None and run.tried_twins]
    lines += [f"residue      {item}" for item in run.residue]
    return "\n".join([*blocks, *lines, "", counts_line(run, colour=colour), *_places(reports)]) + "\n"


def scenario_line(result: ScenarioResult, *, colour: bool = False, width: int = WIDTH) -> str:
    """One line: outcome, name, recovery with its error bar, seconds; a skipped one shows its reason instead."""
    outcome = _paint(f"{result.outcome:<{_OUTCOME_COLUMNS}}", result.outcome, colour=colour)
    twin = f"[{result.way}]" if result.way else ""  # shown whole: it is what tells two lines apart
    if result.outcome is Outcome.SKIPPED:
        return f"{outcome} {_cut(f'{result.name}{twin}: {redact_text(reason(result))}', width - _OUTCOME_COLUMNS - 1)}"
    measure = recovery(result)
    healed = f"healed {measure_words(measure)}" if measure else ""
    if result.control == NO_FAULT:  # nothing had to heal
        healed = "quiet" if result.control_held else ""
    elif measure and measure.censored:
        healed = f"not healed {measure_words(measure)}"
    room = width - _OUTCOME_COLUMNS - _NUMBER_COLUMNS - 11
    name = _cut(result.name, max(room - len(twin), 12)) + twin
    return f"{outcome} {name:<{max(room, 12)}} {healed:>{_NUMBER_COLUMNS}} {result.seconds:6.1f} s"


def counts_line(run: RunResult, *, colour: bool = False) -> str:
    """`3 passed, 1 failed in 48.2 s`; outcomes that never occurred are left out, but for passed."""
    tally = run.counts
    parts = [_paint(f"{tally[o]} {o}", o, colour=colour) for o in Outcome if tally[o] or o is Outcome.PASSED]
    return f"{', '.join(parts)} in {run.seconds:.1f} s"


def live_line(scenario: str, phase: str, t: float, detail: str = "", *, width: int = WIDTH) -> str:
    """One line while a scenario runs: seconds on its timeline, its name, the phase that began, what is known."""
    more = f" · {' '.join(redact_text(detail).split())}" if detail else ""
    return _cut(f"{t:7.1f} s  {scenario} · {phase}{more}", width)


def _needs_details(result: ScenarioResult) -> bool:
    return result.outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE)


def _details(result: ScenarioResult, *, colour: bool, width: int) -> str:
    title = f"{result.outcome}: {result.name}" + (f" ({ran_as(result)})" if result.way else "")
    lines = [_paint(title, result.outcome, colour=colour)]
    if result.control_held is False:
        lines += _wrap(redact_text(reason(result)), width, "  ")
    for line in cause_lines(result.diagnosis):
        lines += _wrap(line, width, "  ")
    for finding in result.verdict.findings:
        if finding.outcome is not Outcome.PASSED:
            lines += _finding(finding, width)
    for alarm in result.verdict.alarms:
        lines += _wrap(redact_text(alarm), width, "  ! ")
    for doubt in result.verdict.doubts:
        lines += _wrap(redact_text(doubt), width, "  ? ")
    for line in (line for anatomy in result.recoveries for line in recovery_lines(anatomy)):
        lines += _wrap(redact_text(line.strip()), width, "    " if line.startswith(" ") else "  ")
    if result.timeline:
        lines.append(f"  timeline: {result.timeline}")
    return "\n".join([*lines, ""])


def _finding(finding: Finding, width: int) -> list[str]:
    sign = "✕" if finding.outcome is Outcome.FAILED else "?"
    lines = _wrap(redact_text(finding.text), width, f"  {sign} ")
    if finding.difference:
        lines += _wrap(redact_text(finding.difference), width, "    lacks: ")
    if finding.last_seen:
        lines.append("    last seen:")
        for line in redact_text(finding.last_seen).splitlines():
            lines += _wrap(line.strip(), width, "      " + " " * (len(line) - len(line.lstrip())))
    return lines


def _repeated(told: Repetitions, width: int) -> list[str]:
    """What the repetitions of a scenario say together, and below it how long each promise took."""
    lines = _wrap(repetitions_words(told), width, f"{'repeated':<{_OUTCOME_COLUMNS}} ")
    for distribution in told.distributions:
        lines += _wrap(distribution_words(distribution), width, " " * (_OUTCOME_COLUMNS + 3))
    return lines


def _proof_line(result: ScenarioResult, width: int) -> str:
    proof = result.proof
    word = "proved" if proof is not None and proof.seen_to_fail else "unproved"
    first = f"{word:<{_OUTCOME_COLUMNS}} "
    return "\n".join(_wrap(redact_text(f"{result.name}: {proof.text if proof else ''}"), width, first))


def _places(reports: dict[str, Path | str]) -> list[str]:
    longest = max(map(len, reports), default=0)
    return [f"{name:<{longest}}  {place}" for name, place in reports.items()]


def _wrap(text: str, width: int, first: str) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=" " * len(first)) or [first.rstrip()]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _paint(text: str, outcome: Outcome, *, colour: bool) -> str:
    return f"\033[{_COLOURS[outcome]}m{text}\033[0m" if colour else text
