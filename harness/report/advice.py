"""What advice looks like to people: what to do first, then why. Must not print anything, and asks nobody."""

from __future__ import annotations

import io
import shlex
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from ruamel.yaml import YAML

from harness.model.advice import Advice, Patch, Way
from harness.model.diagnosis import Diagnosis, Named
from harness.model.result import ScenarioResult
from harness.report.diagnosis import WIDTH, command_line
from harness.report.terminal import scenario_line
from harness.report.words import recovery

_FURTHER = "also"


class Verified(NamedTuple):
    """One scenario run before and after advice was followed; `advice` with what it is against."""

    before: ScenarioResult
    after: ScenarioResult | None
    advice: Sequence[tuple[str, Advice]]


def advice_text(found: Diagnosis, seconds: float, *, folder: Path | None = None, width: int = WIDTH) -> str:
    """For each cause what to do, with its patches as YAML and the commands that take them; below it the evidence.

    With `folder` the commands take the patches from the files that `patch_files` names.
    """
    count = len(found.causes)
    said = "nothing wrong was seen" if not count else "1 cause" if count == 1 else f"{count} causes"
    lines = [f"namespace {found.namespace}: {said} ({seconds:.1f} s)"]
    for number, cause in enumerate(found.causes, start=1):
        lines += ["", *_cause(number, cause, folder, width)]
    if found.unseen and count:
        lines += ["", *_wrap(f"not seen: {'; '.join(found.unseen)}", width, "")]
    return "\n".join(lines) + "\n"


def verified_text(tried: Verified, width: int = WIDTH) -> str:
    """Before, what was changed and why, and after."""
    lines = [f"before  {scenario_line(tried.before, width=width)}", *_findings(tried.before, width)]
    for cause, advice in tried.advice:
        lines += ["", f"advice against {cause} ({advice.severity})", *_wrap(advice.text, width, "  ")]
        lines += [line for patch in advice.patches for line in _patch(patch, "  ")]
    if not tried.advice:
        lines += ["", "no advice that a patch of its manifests can follow"]
    if tried.after is not None:
        lines += ["", f"after   {scenario_line(tried.after, width=width)}", *_findings(tried.after, width)]
    return "\n".join(lines) + "\n"


def verified_data(tried: Verified) -> dict[str, Any]:
    """The same as plain data: what `healproof advise --verify --json` prints."""
    rows = []
    for cause, advice in tried.advice:
        row: dict[str, Any] = {"against": cause, **msgspec.to_builtins(advice)}
        rows.append(row)
    return {"before": _run_data(tried.before), "advice": rows, "after": tried.after and _run_data(tried.after)}


def patch_files(found: Diagnosis, folder: Path) -> Iterator[tuple[Path, Patch]]:
    """Each patch with its file: numbered by cause, advice of it and patch of that, as they are told."""
    for first, cause in enumerate(found.causes, start=1):
        for second, advice in enumerate(cause.advice, start=1):
            for third, patch in enumerate(advice.patches, start=1):
                yield _file(folder, f"{first}-{second}-{third}", patch), patch


def patch_yaml(patch: Patch) -> str:
    """The body of a patch as YAML."""
    stream = io.StringIO()
    writer = YAML(typ="safe", pure=True)  # it writes null where the other kind writes nothing
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # declared as None
    writer.width = 1000
    writer.representer.ignore_aliases = lambda *_: True
    writer.dump(patch.body, stream)
    return stream.getvalue()


def _command(patch: Patch, file: Path | None) -> str:
    """The command that takes a patch, from a file where there is one."""
    if file is None:
        return command_line(patch)
    place = ["-n", patch.namespace] if patch.namespace else []
    if patch.way is Way.APPLY:
        return shlex.join(["kubectl", *place, "apply", "-f", str(file)])
    return shlex.join(["kubectl", *place, "patch", patch.object, f"--type={patch.way}", f"--patch-file={file}"])


def _cause(number: int, cause: Named, folder: Path | None, width: int) -> Iterator[str]:
    layer = f"{cause.layer}, " if cause.layer else ""
    yield f"{number}. {cause.cause}: {cause.object}  ({layer}confidence {cause.confidence:.2f})"
    for place, advice in enumerate(cause.advice, start=1):
        title = _FURTHER if place > 1 else "do"
        yield from _wrap(f"{title:<4}  {advice.text} ({advice.severity})", width, "   ")
        yield from _advice(advice, f"{number}-{place}", folder, width)
    if not cause.advice:
        yield from _wrap(f"look  {cause.decides or 'nothing that was seen decides what to do'}", width, "   ")
    first, _, _ = cause.explanation.partition("\n\n")
    yield from _wrap(f"why   {' '.join(first.split())}", width, "   ")
    if cause.evidence:
        yield from _wrap(f"seen  {'; '.join(cause.evidence)}", width, "   ")


def _advice(advice: Advice, numbers: str, folder: Path | None, width: int) -> Iterator[str]:
    for word, said in (("lost: ", advice.lost), ("safe: ", advice.safe)):
        yield from _wrap(word + said, width, "         ") if said else []
    for number, step in enumerate(advice.steps, start=1):
        yield from _wrap(step, width, f"         {number}. ")
    for number, patch in enumerate(advice.patches, start=1):
        yield from _patch(patch, "         ")
        file = _file(folder, f"{numbers}-{number}", patch) if folder else None
        yield f"         $ {_command(patch, file)}"
    yield from (f"         $ {command}" for command in advice.commands)


def _file(folder: Path, numbers: str, patch: Patch) -> Path:
    return folder / f"{numbers}-{patch.object.replace('/', '-').replace(':', '-')}.yaml"


def _patch(patch: Patch, indent: str) -> Iterator[str]:
    what = "apply" if patch.way is Way.APPLY else f"patch ({patch.way})"
    yield f"{indent}{what} {patch.object}"
    yield from (f"{indent}  {line}" for line in patch_yaml(patch).splitlines())


def _run_data(result: ScenarioResult) -> dict[str, Any]:
    """What became of one run, with how long it took to recover and the error of that."""
    measured = recovery(result)
    return {
        "scenario": result.name,
        "outcome": str(result.verdict.outcome),
        "headline": result.verdict.headline,
        "recovery": msgspec.to_builtins(measured) if measured else None,
    }


def _findings(result: ScenarioResult, width: int) -> list[str]:
    verdict = result.verdict
    said = [f"{each.expectation}: {each.outcome}: {each.text}" for each in verdict.findings]
    return [line for each in (*said, *verdict.doubts) for line in _wrap(each, width, "        ")]


def _wrap(text: str, width: int, first: str) -> list[str]:
    rest = " " * (len(first) + (6 if first == "   " else 0))
    wrapper = textwrap.TextWrapper(
        width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )  # commands are copied
    return wrapper.wrap(text) or [first.rstrip()]
