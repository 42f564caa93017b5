"""`healproof advise --verify`: a scenario that failed, run before and after its advice is followed. Judges nothing."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from harness.acquire import SHAPES, prober_image
from harness.advise.manifests import Manifest, advice_on, followed
from harness.advise.promises import graceful_stop, replicas_for
from harness.expect.available import Available
from harness.expect.never_below import NeverBelow
from harness.judge import judge
from harness.load import load_file
from harness.load_recorded import read_timeline, recorded_scenario
from harness.machine.progress import Terminal
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.cluster import ClusterRecord
from harness.model.diagnosis import Named
from harness.model.errors import BadInput, Exit
from harness.model.scenario import NO_FAULT, Scenario
from harness.model.timeline import AnyEntry, Broken, Phase
from harness.model.verdict import Outcome, Verdict
from harness.providers import catalogue, doctor
from harness.registry import EXPECTATIONS
from harness.report.advice import Verified, verified_data, verified_text
from harness.security.check import Finding, findings
from harness.security.objects import Objects
from harness.session import Arena, Outcomes

HEALING = (
    "budget-blocks",
    "disruption-budget",
    "grace-period",
    "one-replica",
    "readiness-probe",
    "same-probes",
    "spread",
)
"""The checks of hardening that decide whether a workload outlives a fault; the others are about security."""
_ROUNDS = 3
"""A second replica makes a budget and a spread worth having: what is changed is looked at again so often."""
_CODES = {Outcome.PASSED: Exit.PASSED, Outcome.FAILED: Exit.FAILED}
_NAMES = ("auto", *SHAPES)


class Tried(NamedTuple):
    """A scenario to be tried, with the timeline that it failed in; none where it comes from its own file."""

    scenario: Scenario
    entries: list[AnyEntry]


def verify(said: argparse.Namespace) -> Exit:
    """Print before, advice and after of each scenario; passed where every one that failed is healed now."""
    tried = list(failed_in(said.verify, said.control))
    told: list[Verified] = []
    with _stage(said) as stage:
        told += [before_and_after(each, stage.run) for each in tried]
    if said.json:
        rows = [verified_data(each) for each in told]
        sys.stdout.write(json.dumps(rows[0] if len(rows) == 1 else rows, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(verified_text(each) for each in told))
    return max((exit_of(each) for each in told), key=_worst)


def exit_of(tried: Verified) -> Exit:
    """Passed where it failed before and passes after; undecided where it did not fail, or nothing could be changed."""
    return Exit.UNDECIDED if tried.after is None else _CODES.get(tried.after.verdict.outcome, Exit.UNDECIDED)


def before_and_after(tried: Tried, run: Callable[[Scenario], Outcomes]) -> Verified:
    """Run it as it is, and where it fails once more with its manifests changed; nothing else is another."""
    scenario = tried.scenario
    before = run(scenario)
    if not _failed(before.result.verdict, before.entries):
        return Verified(before.result, None, [])
    found = before.result.diagnosis
    seen = found.causes if found and not tried.entries else []
    advice = advised(scenario, before.result.verdict, tried.entries or before.entries, seen)
    if not advice:
        return Verified(before.result, None, [])
    patches = [patch for _, each in advice for patch in each.patches]
    changed = msgspec.structs.replace(
        scenario, name=f"{scenario.name}-advised", manifests=followed(scenario.manifests, patches)
    )
    return Verified(before.result, run(changed).result, advice)


def failed_in(source: Path, control: str) -> Iterator[Tried]:
    """The scenarios to try: of a scenario's file all (or their twin `control`), of a run those that failed."""
    if source.suffix in (".yaml", ".yml"):
        yield from (Tried(_plain(each), []) for each in _written(source, control))
        return
    files = sorted(source.rglob("timeline.jsonl")) if source.is_dir() else [source]
    found = [_recorded(file) for file in files]
    failed = [each for each in found if _failed(judge(each.scenario, each.entries), each.entries)]
    wanted = [each for each in failed if each.scenario.twin_of == control and control != NO_FAULT]
    if not wanted:
        names = ", ".join(each.scenario.name for each in failed) or "none"
        raise BadInput(
            f"{source}: no scenario of it failed" + (f" as twin {control}" if control else ""),
            hint=f"failed: {names}; a broken twin is named by --control",
        )
    yield from (Tried(_plain(each.scenario), each.entries) for each in wanted)


def advised(
    scenario: Scenario, verdict: Verdict, entries: Sequence[AnyEntry], seen: Sequence[Named] = ()
) -> list[tuple[str, Advice]]:
    """What to change in its manifests, each with what it is against.

    Advice on the causes that were seen, or are in the timeline, and on promises that so few pods cannot keep; where
    there is none, advice on what endangers healing in the manifests. A promise that something fails is not kept by
    mending it.
    """
    broken = {each.expectation for each in verdict.findings if each.outcome is Outcome.FAILED}
    if broken and all(name in EXPECTATIONS and EXPECTATIONS[name].of_failure for name in broken):
        return []
    told = advice_on(scenario.manifests, entries, seen)
    if _never_began(entries):
        return told
    changed = followed(scenario.manifests, [patch for _, each in told for patch in each.patches])
    told += [(NeverBelow.name, each) for each in replicas_for(scenario, verdict, changed)]
    told += [(Available.name, each) for each in graceful_stop(verdict, changed)]
    return told or _hardened(scenario.manifests)


def _failed(verdict: Verdict, entries: Sequence[AnyEntry]) -> bool:
    """Whether a promise was broken, or the workload was not even whole, or did not answer, before its fault."""
    return verdict.outcome is Outcome.FAILED or _never_began(entries)


def _never_began(entries: Sequence[AnyEntry]) -> bool:
    phases = [each.name for each in entries if isinstance(each, Phase)]
    broken = any(isinstance(each, Broken) for each in entries)
    return broken and "baseline" in phases and "inject" not in phases


def _hardened(manifests: Sequence[Manifest]) -> list[tuple[str, Advice]]:
    told: list[tuple[str, Advice]] = []
    changed = list(manifests)
    for _ in range(_ROUNDS):
        found = [each for each in findings(Objects(changed), HEALING) if each.patch or each.addition]
        advice = [(each.check, _advice(each)) for each in found]
        changed = followed(changed, [patch for _, each in advice for patch in each.patches])
        told += advice
    return told


def _advice(finding: Finding) -> Advice:
    patch = (
        Patch(object=finding.object, body=finding.patch)
        if finding.patch
        else Patch(object=_ref(finding.addition or {}), way=Way.APPLY, body=finding.addition)
    )
    text = f"{finding.object}: {finding.seen}. {finding.why}"
    return Advice(text=text, severity=Severity(str(finding.severity)), patches=[patch])


def _ref(manifest: dict[str, Any]) -> str:
    return f"{manifest['kind'].lower()}/{manifest['metadata']['name']}"


def _written(file: Path, control: str) -> list[Scenario]:
    """The scenarios of a file, or the twin of that name of each that has one."""
    found = load_file(file)
    twins = [each.twin(control) for each in found if control in each.control]
    if control and not twins:
        known = ", ".join(dict.fromkeys(name for each in found for name in each.control)) or "none"
        raise BadInput(f"{file}: no scenario of it has a control {control!r}; accepted is one of {known}")
    return twins if control else found


def _recorded(file: Path) -> Tried:
    entries = read_timeline(file)
    return Tried(recorded_scenario(file, entries), entries)


def _plain(scenario: Scenario) -> Scenario:
    """A twin as a scenario in its own right: here it is not meant to fail."""
    return msgspec.structs.replace(scenario, twin_of="", control={})


@contextlib.contextmanager
def _stage(said: argparse.Namespace) -> Iterator[Arena]:
    progress = Terminal()
    record = _cluster(said.cluster, progress)
    run = f"advise-{datetime.datetime.now(datetime.UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    folder = (said.reports / run).resolve()
    seed = secrets.randbelow(1_000_000)
    stage = Arena(record, run=run, folder=folder, progress=progress, seed=seed, prober_image=prober_image())
    try:
        yield stage
    finally:
        stage.close()
    progress.say(f"records: {folder}, seed {seed}")


def _cluster(wanted: str, progress: Terminal) -> ClusterRecord:
    """A cluster of healproof's own: something is broken on it twice, so it must be one to throw away."""
    known = {record.name: record for record in catalogue.load_records() if record.disposable}
    if wanted in known:
        chosen = known[wanted]
        return catalogue.up(chosen.provider, chosen.shape, name=chosen.name, progress=progress)
    if wanted and wanted not in _NAMES:
        raise BadInput(
            f"--cluster: {wanted!r} is not accepted with --verify; accepted is one of {', '.join((*_NAMES, *known))}"
        )
    provider = doctor.choose(wanted or "auto")
    return catalogue.up(provider, SHAPES[provider], progress=progress)


def _worst(code: Exit) -> int:
    return (Exit.PASSED, Exit.UNDECIDED, Exit.FAILED).index(code)
