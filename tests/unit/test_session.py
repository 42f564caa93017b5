"""What a result promises whoever reads it: a broken promise is a failure, an undecided one is not."""

from __future__ import annotations

import itertools

import pytest
from timelines import Story, scenario

from harness.judge import judge
from harness.model.errors import HealproofError
from harness.model.proof import holds
from harness.model.result import ScenarioResult
from harness.model.scenario import Control
from harness.model.verdict import Finding, Outcome, Verdict
from harness.session import Outcomes, PromiseBroken, Undecided, explain, slug_of, stages


def finding(outcome: Outcome, promise: str = "recovers") -> Finding:
    """One finding."""
    return Finding(expectation=promise, outcome=outcome, text="it had not", at=1.0)


def verdict(outcome: Outcome, *findings: Finding, doubts: tuple[str, ...] = ()) -> Verdict:
    """A verdict."""
    return Verdict(outcome=outcome, findings=list(findings) or [finding(outcome)], doubts=list(doubts))


def outcomes(judged: Verdict, *, held: bool | None = None, skip_reason: str = "") -> Outcomes:
    """The result that this verdict gives; with `held` that of a broken twin."""
    result = ScenarioResult(
        name="web-heals",
        node_id="scenarios/pods/lost.yaml::web-heals",
        why="It must.",
        severity="critical",
        rows=[1],
        verdict=judged,
        seconds=1.0,
        started_at="2026-11-22T10:00:00Z",
        scenario={},
        skip_reason=skip_reason,
        control="one-replica" if held is not None else "",
        control_held=held,
    )
    return Outcomes(result, [])


def test_a_kept_promise_raises_nothing() -> None:
    """Passed is passed."""
    outcomes(verdict(Outcome.PASSED)).require()


def test_a_broken_promise_is_an_assertion_and_an_undecided_one_is_not() -> None:
    """Allure tells *failed* from *broken* by that: a harness's trouble never looks like a lack of resilience."""
    with pytest.raises(PromiseBroken, match="it had not") as failed:
        outcomes(verdict(Outcome.FAILED)).require()
    assert isinstance(failed.value, AssertionError)
    with pytest.raises(Undecided, match="the watch was blind") as undecided:
        outcomes(verdict(Outcome.INCONCLUSIVE, doubts=("the watch was blind",))).require()
    assert isinstance(undecided.value, HealproofError)
    assert not isinstance(undecided.value, AssertionError)


def test_what_cannot_run_here_is_skipped_with_its_reason() -> None:
    """A skipped scenario is counted, and never as passed."""
    with pytest.raises(pytest.skip.Exception, match="lacks node-exec"):
        outcomes(verdict(Outcome.SKIPPED), skip_reason="cluster hp lacks node-exec").require()


@pytest.mark.parametrize(
    ("outcome", "held", "wanted"),
    [
        (Outcome.FAILED, True, Outcome.PASSED),
        (Outcome.INCONCLUSIVE, True, Outcome.PASSED),
        (Outcome.PASSED, False, Outcome.FAILED),
        (Outcome.FAILED, False, Outcome.FAILED),
        (Outcome.INCONCLUSIVE, False, Outcome.INCONCLUSIVE),
    ],
)
def test_a_broken_twin_passes_only_by_failing_as_declared(outcome: Outcome, held: bool, wanted: Outcome) -> None:
    """A twin that passes or fails otherwise shows a blind check; one of which nothing can be said shows nothing."""
    outcome_ = outcomes(verdict(outcome), held=held)
    assert outcome_.result.outcome is wanted
    error = {Outcome.FAILED: PromiseBroken, Outcome.INCONCLUSIVE: Undecided}.get(wanted)
    if error is None:
        outcome_.require()
    else:
        with pytest.raises(error):
            outcome_.require()


@pytest.mark.parametrize(
    ("control", "judged", "held"),
    [
        (Control(fails=["recovers"]), verdict(Outcome.FAILED), True),
        (Control(fails=["never-below"]), verdict(Outcome.FAILED), False),
        (
            Control(fails=["recovers", "available"]),
            verdict(Outcome.FAILED, finding(Outcome.FAILED), finding(Outcome.PASSED, "available")),
            False,
        ),
        (Control(fails=["recovers"]), verdict(Outcome.PASSED), False),
        (Control(fails=["recovers"]), verdict(Outcome.INCONCLUSIVE, finding(Outcome.FAILED)), False),
        (Control(), verdict(Outcome.FAILED), False),
        (Control(inconclusive="drained"), verdict(Outcome.INCONCLUSIVE, doubts=("was not drained",)), True),
        (Control(inconclusive="drained"), verdict(Outcome.INCONCLUSIVE, doubts=("the API server died",)), False),
        (Control(inconclusive="drained"), verdict(Outcome.FAILED, doubts=("was not drained",)), False),
    ],
)
def test_a_control_holds_only_for_the_declared_reason(control: Control, judged: Verdict, held: bool) -> None:
    """Every promise that was to break must be broken, or the very doubt must be there."""
    assert holds(control, judged) is held


def test_an_explanation_shows_what_lacked_and_the_last_state() -> None:
    """Whoever reads it learns what was wanted, what was there and what the difference is, indented below each other."""
    entries = Story(replicas=2).baseline().at(4.0).kill("web-0").at(5.0).drop("pods", "web-0").end(30)
    assert explain(judge(scenario(), entries)).splitlines() == [
        "failed: deployment/web had not recovered 20s after the injection",
        "  recovers: failed: deployment/web had not recovered 20s after the injection",
        "    difference: deployment/web has 1 of 2 pods ready",
        "    last seen: deployment/web: 1 of 2 ready",
        "        pod web-1 on node-1: ready",
    ]


def test_stages_cover_the_run_without_a_gap() -> None:
    """Each phase lasts until the next begins, the last until the end."""
    got = stages(Story().baseline().at(4.0).kill("web-0").end(10))
    assert [stage.name for stage in got] == [
        "prepare", "baseline", "inject", "undo", "converge", "residue", "stop",
    ]  # fmt: skip
    for earlier, later in itertools.pairwise(got):
        assert earlier.began + earlier.seconds == pytest.approx(later.began, abs=0.002)


@pytest.mark.parametrize(("name", "slug"), [("web-heals", "web-heals"), ("../../etc", "etc"), ("..", "scenario")])
def test_a_folder_name_cannot_leave_its_folder(name: str, slug: str) -> None:
    """Whatever a scenario is called, its results stay below the run's folder."""
    assert slug_of(name) == slug
