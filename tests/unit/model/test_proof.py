"""When a check counts as proved: what its broken twins and the run without faults must show."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timelines import WEB, Story, pod_delete, recovers, scenario

from harness.expect.never_below import NeverBelow
from harness.expect.stays_failed import StaysFailed
from harness.judge import judge
from harness.model.errors import BadInput
from harness.model.proof import held, proof_of, quiet
from harness.model.result import ScenarioResult
from harness.model.scenario import NO_FAULT, Control, Scenario
from harness.model.timeline import AnyEntry
from harness.model.units import Seconds
from harness.model.verdict import Outcome, Verdict

DECLARED = {"one-replica": {}, "healing-off": {}}


def result(control: str = "", outcome: Outcome = Outcome.PASSED, declared: Any = DECLARED) -> ScenarioResult:
    """A result; a twin's outcome is that of the proof: passed is a twin that ended as it must."""
    verdict = Verdict(outcome=outcome, findings=[])
    if control and outcome is Outcome.PASSED:
        verdict = Verdict(outcome=Outcome.FAILED, findings=[])
    return ScenarioResult(
        name="web-heals",
        node_id=f"lost.yaml::web-heals{control and f'[{control}]'}",
        why="It must.",
        severity="critical",
        rows=[],
        verdict=verdict,
        seconds=1.0,
        started_at="",
        scenario={"control": declared},
        skip_reason="needs containers" if outcome is Outcome.SKIPPED else "",
        control=control,
        control_held=None if not control or outcome is Outcome.SKIPPED else outcome is Outcome.PASSED,
    )


@pytest.mark.parametrize(
    ("twins", "seen", "text"),
    [
        ({"one-replica": "passed"}, True, "this check has been seen to fail (one-replica)"),
        ({"one-replica": "passed", "healing-off": "passed"}, True, "seen to fail (one-replica, healing-off)"),
        ({"one-replica": "failed"}, False, "not been seen to fail: one-replica did not fail as declared"),
        ({"one-replica": "inconclusive"}, False, "not been seen to fail: one-replica is undecided"),
        ({"one-replica": "skipped"}, False, "not been seen to fail: one-replica needs containers"),
        (
            {"one-replica": "passed", "healing-off": "failed"},
            True,
            "seen to fail (one-replica); healing-off did not fail as declared",
        ),
        ({}, False, "not been seen to fail: its broken twins were not run"),
        ({"one-replica": "passed", NO_FAULT: "passed"}, True, "(one-replica); quiet without its faults"),
        ({"one-replica": "passed", NO_FAULT: "failed"}, True, "; it raised an alarm without its faults"),
        ({"one-replica": "passed", NO_FAULT: "inconclusive"}, True, "; undecided without its faults"),
    ],
)
def test_a_check_is_seen_to_fail_by_a_twin_that_failed_as_declared(
    twins: dict[str, str], seen: bool, text: str
) -> None:
    """Nothing else counts, and the line says what each of the others did."""
    proof = proof_of(result(), [result(name, Outcome(outcome)) for name, outcome in twins.items()])
    assert proof.seen_to_fail is seen
    assert text in proof.text
    assert bool(proof.by) is seen


def test_a_scenario_without_a_twin_says_so() -> None:
    """Being quiet is no proof."""
    proof = proof_of(result(declared={}), [result(NO_FAULT)])
    assert (proof.declared, proof.seen_to_fail, proof.quiet) == (False, False, True)
    assert "declares no broken twin" in proof.text


@given(st.lists(st.sampled_from([Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE]), min_size=1, max_size=6))
def test_a_repeated_twin_must_fail_every_time(outcomes: list[Outcome]) -> None:
    """A twin that fails sometimes shows a check that is blind sometimes."""
    proof = proof_of(result(), [result("one-replica", outcome) for outcome in outcomes])
    assert proof.seen_to_fail is (set(outcomes) == {Outcome.PASSED})


STAYS = StaysFailed(of=WEB, within=Seconds(5), lasts=Seconds(5))


def without_faults(*promises: Any) -> Scenario:
    return scenario(*promises, faults=[pod_delete(after=8)]).twin(NO_FAULT)


def calm() -> list[AnyEntry]:
    return Story().baseline().at(12.0).phase("undo").end(15, undone=None)


def test_a_run_without_faults_keeps_every_promise_but_those_of_failure() -> None:
    """`stays-failed` must be broken where nothing was injected; all others must hold."""
    wanted = without_faults(recovers(), NeverBelow(of=WEB, ready=4), STAYS)
    assert held(wanted, judge(wanted, calm())) is True


def test_a_promise_that_breaks_without_a_fault_is_an_alarm() -> None:
    """A check that fails on a healthy system is worth nothing."""
    wanted = without_faults(NeverBelow(of=WEB, ready=5))
    assert held(wanted, judge(wanted, calm())) is False


def test_a_flap_without_a_fault_is_an_alarm_although_every_promise_is_kept() -> None:
    """It was broken and healed; `stays-failed` is broken as it must be, and yet all is not well."""
    story = Story().baseline().at(4.0).pod("web-0", ready=False).at(5.0).pod("web-0")
    wanted = without_faults(recovers(), STAYS)
    verdict = judge(wanted, story.at(12.0).phase("undo").end(15, undone=None))
    assert [finding.outcome for finding in verdict.findings] == [Outcome.PASSED, Outcome.FAILED]
    assert quiet(wanted, verdict) is False


def test_a_doubt_is_not_quiet() -> None:
    """What was not seen may have been an alarm."""
    wanted = without_faults(recovers())
    entries = Story().baseline().at(6.0).gap("pods", 5.0).at(12.0).phase("undo").end(15, undone=None)
    assert quiet(wanted, judge(wanted, entries)) is False


def test_without_its_faults_a_scenario_is_looked_at_as_long_as_with_them() -> None:
    """Until the last of them would have ended, and at least five seconds."""
    late = scenario(recovers(), faults=[pod_delete(after=8, lasts=Seconds(30))])
    assert late.twin(NO_FAULT).observe == 38
    assert scenario(recovers()).twin(NO_FAULT).observe == 5
    assert late.twin(NO_FAULT).faults == []


def test_a_twin_that_nobody_declared_is_refused() -> None:
    """With its name and those that there are: a test in Python may have misspelt it."""
    with pytest.raises(BadInput, match="'one-replca' is none of its controls; accepted is one of no-fault"):
        scenario(recovers()).twin("one-replca")


def test_a_twin_may_switch_healing_off_instead_of_breaking_the_workload() -> None:
    """Its faults are injected beside the scenario's own, first."""
    off = Control(faults=[pod_delete(after=0)], fails=["recovers"])
    plain = scenario(recovers(), faults=[pod_delete(after=3)])
    twin = Scenario(
        name=plain.name, why=plain.why, manifests=plain.manifests, faults=plain.faults, expect=plain.expect,
        control={"off": off},
    ).twin("off")  # fmt: skip
    assert [fault.after for fault in twin.faults] == [0, 3]
    assert twin.manifests == plain.manifests
