"""Whether a scenario's check is worth anything: has it been seen to fail, is it quiet without a fault? Pure data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from harness.model.scenario import NO_FAULT, Control, Scenario
from harness.model.verdict import Outcome, Verdict

COUNTED = ("most updates", "new pods")
"""The measures of `updates`, which mean most beside those of a run without faults."""

if TYPE_CHECKING:
    from harness.model.result import ScenarioResult


class Proof(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the broken twins of a scenario showed in this run: `text` says it in one line, the same in every report.

    `by` names the twins that failed as declared. `quiet` is whether without its faults it raised no alarm; None where
    that was not tried or not decided. `declared` is False for a scenario that has no broken twin.
    """

    seen_to_fail: bool
    text: str
    by: list[str] = []
    quiet: bool | None = None
    declared: bool = True


def held(scenario: Scenario, verdict: Verdict) -> bool | None:
    """Whether a twin ended as it must; None for a scenario that is no twin."""
    if not scenario.twin_of:
        return None
    if scenario.twin_of == NO_FAULT:
        return quiet(scenario, verdict)
    return holds(scenario.control[scenario.twin_of], verdict)


def holds(control: Control, verdict: Verdict) -> bool:
    """Whether a broken twin ended as its scenario declares: these promises broken, or undecided for this reason."""
    if control.inconclusive:
        said = any(control.inconclusive in doubt for doubt in verdict.doubts)
        return verdict.outcome is Outcome.INCONCLUSIVE and said
    broken = {finding.expectation for finding in verdict.findings if finding.outcome is Outcome.FAILED}
    return verdict.outcome is Outcome.FAILED and bool(control.fails) and set(control.fails) <= broken


def quiet(scenario: Scenario, verdict: Verdict) -> bool:
    """Whether a run without faults raised no alarm: every promise kept, but for those that something fails."""
    wanted = [Outcome.FAILED if promise.of_failure else Outcome.PASSED for promise in scenario.expect]
    kept = [finding.outcome for finding in verdict.findings] == wanted
    return kept and not verdict.doubts and not verdict.alarms


def proof_of(result: ScenarioResult, twins: Sequence[ScenarioResult]) -> Proof:
    """What `twins`, the twins of this scenario that were run, repeated ones too, showed of its check."""
    declared = list(result.scenario.get("control", {}))
    by_name: dict[str, list[ScenarioResult]] = {}
    for twin in twins:
        by_name.setdefault(twin.control, []).append(twin)
    without = by_name.pop(NO_FAULT, [])
    failed = [name for name, runs in by_name.items() if all(run.outcome is Outcome.PASSED for run in runs)]
    reasons = [_reason(name, runs) for name, runs in by_name.items() if name not in failed]
    if failed:
        words = [f"this check has been seen to fail ({', '.join(failed)})", *reasons]
    elif not declared:
        words = ["this check has not been seen to fail: it declares no broken twin"]
    else:
        words = [f"this check has not been seen to fail: {', '.join(reasons) or 'its broken twins were not run'}"]
    return Proof(
        seen_to_fail=bool(failed),
        text="; ".join([*words, *_without_faults(without), *_updates(result, without)]),
        by=failed,
        quiet=_all_quiet(without),
        declared=bool(declared),
    )


def _reason(name: str, runs: list[ScenarioResult]) -> str:
    """Why a twin has shown nothing, from the worst of its runs."""
    outcomes = [run.outcome for run in runs]
    if Outcome.FAILED in outcomes:
        return f"{name} did not fail as declared"
    if Outcome.INCONCLUSIVE in outcomes:
        return f"{name} is undecided"
    return f"{name} {next(run.skip_reason for run in runs if run.outcome is Outcome.SKIPPED)}"


def _all_quiet(runs: list[ScenarioResult]) -> bool | None:
    outcomes = {run.outcome for run in runs}
    if Outcome.FAILED in outcomes:
        return False
    return True if outcomes == {Outcome.PASSED} else None


def _updates(result: ScenarioResult, without: list[ScenarioResult]) -> list[str]:
    """What the promise `updates` counted, beside what the same scenario takes without its faults."""
    with_faults, reference = _counts(result), [_counts(run) for run in without]
    names = [name for name in with_faults if any(name in counts for counts in reference)]
    return [
        f"{name} {with_faults[name]:g}, without its faults {max(counts.get(name, 0) for counts in reference):g}"
        for name in names
    ]


def _counts(result: ScenarioResult) -> dict[str, float]:
    measures = (measure for finding in result.verdict.findings for measure in finding.measures)
    return {measure.name: measure.value for measure in measures if measure.name in COUNTED}


def _without_faults(runs: list[ScenarioResult]) -> list[str]:
    match _all_quiet(runs):
        case True:
            return ["quiet without its faults"]
        case False:
            return ["it raised an alarm without its faults"]
        case None:
            return ["undecided without its faults"] if any(run.outcome is Outcome.INCONCLUSIVE for run in runs) else []
