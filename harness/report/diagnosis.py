"""What a diagnosis looks like to people and to programs, as text. Must not print anything, and asks nobody."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Diagnosis, Named, StepTaken, Symptom

WIDTH = 100
_COLOURS = {Severity.CRITICAL: "31;1", Severity.HIGH: "31", Severity.MEDIUM: "33", Severity.LOW: "2"}


def diagnosis_text(
    found: Diagnosis, seconds: float, *, symptoms: bool = False, colour: bool = False, width: int = WIDTH
) -> str:
    """Causes with their evidence, the likeliest first, then what could not be seen; with `symptoms` all of these."""
    lines = list(_verdict(found, seconds))
    for number, cause in enumerate(found.causes, start=1):
        lines += ["", *_cause(number, cause, colour, width)]
    if found.steps:
        lines += ["", "isolation steps", *(line for each in found.steps for line in _step(each, width))]
    if symptoms:
        lines += ["", "symptoms", *(line for each in found.symptoms for line in _symptom(each, width))]
    if found.unseen:
        lines += ["", "not seen", *(line for each in found.unseen for line in _wrap(each, width, "  - "))]
    return "\n".join(lines) + "\n"


def diagnosis_data(found: Diagnosis, seconds: float) -> dict[str, Any]:
    """The same as plain data: what `healproof diagnose --json` prints."""
    return {
        "namespace": found.namespace,
        "causes": [cause_data(cause) for cause in found.causes],
        "steps": [msgspec.to_builtins(each) for each in found.steps],
        "unseen": found.unseen,
        "seconds": round(seconds, 3),
    }


def cause_data(cause: Named) -> dict[str, Any]:
    """A cause, each patch of its advice with the command that takes it."""
    data: dict[str, Any] = msgspec.to_builtins(cause)
    return {**data, "advice": advice_data(cause.advice)}


def advice_data(advice: Sequence[Advice]) -> list[dict[str, Any]]:
    """Advice, each patch with the command that takes it."""
    rows: list[dict[str, Any]] = msgspec.to_builtins(advice)
    for row, each in zip(rows, advice, strict=True):
        for said, patch in zip(row["patches"], each.patches, strict=True):
            said["command"] = command_line(patch)
    return rows


def _verdict(found: Diagnosis, seconds: float) -> Iterator[str]:
    count = len(found.causes)
    said = "nothing wrong was seen" if not count else "1 cause" if count == 1 else f"{count} causes"
    yield f"namespace {found.namespace}: {said} ({seconds:.1f} s)"


def _cause(number: int, cause: Named, colour: bool, width: int) -> Iterator[str]:
    title = f"{number}. {cause.cause}: {cause.object}"
    layer = f"{cause.layer}, " if cause.layer else ""
    yield f"{_paint(title, '1') if colour else title}  ({layer}confidence {cause.confidence:.2f})"
    if cause.explanation:
        yield from _wrap(cause.explanation, width, "   ")
    yield from _listed("evidence", cause.evidence, width)
    yield from _listed("against it", cause.contradicts, width)
    others = [each for each in cause.explains if each != cause.object]
    yield from _listed("explains", [", ".join(others)] if others else [], width)
    yield from _listed("would decide", [cause.decides] if cause.decides else [], width)
    for advice in cause.advice:
        yield from _advice(advice, colour, width)


def _advice(advice: Advice, colour: bool, width: int) -> Iterator[str]:
    yield f"   advice ({_paint(advice.severity, _COLOURS[advice.severity]) if colour else advice.severity})"
    yield from _wrap(advice.text, width, "     ")
    for title, words in (("lost: ", advice.lost), ("safe: ", advice.safe)):
        yield from _wrap(title + words, width, "     ") if words else []
    for number, step in enumerate(advice.steps, start=1):
        yield from _wrap(step, width, f"     {number}. ")
    yield from (f"     $ {command}" for command in (*map(command_line, advice.patches), *advice.commands))


def command_line(patch: Patch) -> str:
    """What a person types, whole."""
    given = f"echo {shlex.quote(json.dumps(patch.body))} | " if patch.way is Way.APPLY else ""
    return given + patch.command


def _symptom(symptom: Symptom, width: int) -> list[str]:
    mark = "!" if symptom.trouble else "-"
    return _wrap(f"{symptom.object}: {symptom.text} ({symptom.source})", width, f"  {mark} ")


def _step(step: StepTaken, width: int) -> list[str]:
    return _wrap(f"{step.name}: {step.about}: {step.result}", width, "  - ")


def _listed(title: str, items: Sequence[str], width: int) -> Iterator[str]:
    if items:
        yield f"   {title}"
        yield from (line for item in items for line in _wrap(item, width, "     - "))


def _wrap(text: str, width: int, first: str) -> list[str]:
    rest = " " * len(first)
    wrapper = textwrap.TextWrapper(
        width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )  # commands are copied
    return wrapper.wrap(text) or [first.rstrip()]


def _paint(text: str, code: str) -> str:
    return f"\033[{code}m{text}\033[0m"
