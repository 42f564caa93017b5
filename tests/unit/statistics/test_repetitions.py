"""What is said of a scenario that was run again and again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.budget import Budget, Term, compare
from harness.model.repetition import Repetitions, Steadiness
from harness.model.result import ScenarioResult
from harness.model.verdict import Finding, Measure, Outcome, Verdict
from harness.report.words import distribution_words, repetitions_words
from harness.statistics.repetitions import repetitions_of

PROMISE = {"recovers": {"of": "deployment/web", "within": "10s", "hold": "3s", "from": "injection"}}


def result(
    number: int, seconds: float, outcome: Outcome = Outcome.PASSED, *, name: str = "web-heals", control: str = ""
) -> ScenarioResult:
    """One repetition; one that did not pass never recovered within its 10 s."""
    censored = outcome is not Outcome.PASSED
    measure = Measure(name="recovery", value=10.0 if censored else seconds, unit="seconds", censored=censored)
    finding = Finding(expectation="recovers", outcome=outcome, text="", at=1.0, measures=[measure])
    return ScenarioResult(
        name=name, node_id=f"lost.yaml::{name}[#{number}]", why="", severity="normal", rows=[], seconds=1.0,
        started_at="", verdict=Verdict(outcome=outcome, findings=[finding]), scenario={"expect": [PROMISE]},
        repetition=number, control=control, control_held=outcome is Outcome.FAILED if control else None,
    )  # fmt: skip


def told(*runs: tuple[float, Outcome], **more: Any) -> Repetitions:
    """What is said of these runs of one scenario."""
    results = [result(number, seconds, outcome, **more) for number, (seconds, outcome) in enumerate(runs, start=1)]
    (found,) = repetitions_of(results)
    return found


PASSED, FAILED, UNDECIDED = Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("runs", "steadiness"),
    [
        ([(1.0, PASSED)] * 5, Steadiness.STEADY),
        ([(7.9, PASSED)] * 5, Steadiness.STEADY),
        ([(1.0, PASSED)] * 9 + [(8.0, PASSED)], Steadiness.SLOW),
        ([(1.0, PASSED)] * 30 + [(9.9, PASSED)], Steadiness.STEADY),
        ([(1.0, PASSED)] * 9 + [(1.0, FAILED)], Steadiness.FLAKY),
        ([(1.0, PASSED)] * 9 + [(1.0, UNDECIDED)], Steadiness.FLAKY),
        ([(9.9, PASSED)] * 9 + [(1.0, FAILED)], Steadiness.FLAKY),
        ([(1.0, FAILED)] * 5, Steadiness.FAILING),
        ([(1.0, UNDECIDED)] * 5, Steadiness.UNDECIDED),
    ],
)
def test_flaky_is_told_from_slow(runs: list[tuple[float, Outcome]], steadiness: Steadiness) -> None:
    """Verdicts that differ are flaky however quick; passed every time is slow from 80 % of the deadline at the p95."""
    assert told(*runs).steadiness is steadiness


def test_a_budget_is_a_deadline_too() -> None:
    """Each run has the budget of its own baseline; near the shortest of them is slow."""
    by_budget = {"expect": [{"recovers": {**PROMISE["recovers"], "within": "budget"}}]}
    runs = []
    for number, high in enumerate((12.0, 10.0, 11.0), start=1):
        one = result(number, 8.5)
        budget = Budget(fault="pod-delete", of="deployment/web", terms=[Term("start", 0.0, high, "a test")])
        verdict = msgspec.structs.replace(one.verdict, budgets=[compare(budget, 8.5)])
        runs.append(msgspec.structs.replace(one, scenario=by_budget, verdict=verdict))
    (found,) = repetitions_of(runs)
    assert (found.distributions[0].deadline, found.steadiness) == (10.0, Steadiness.SLOW)


def test_a_twin_that_always_fails_as_declared_is_steady() -> None:
    """Its recovery never came, and that is what it is for."""
    runs = told(*[(1.0, FAILED)] * 5, control="one-replica")
    assert (runs.steadiness, runs.outcomes) == (Steadiness.STEADY, {"passed": 5})


def test_the_numbers_are_those_of_the_promise() -> None:
    """Twenty recoveries of 1 to 20 tenths: median, 95th percentile and the 6th and 15th as interval, by hand."""
    (distribution,) = told(*((tenth / 10, PASSED) for tenth in range(1, 21))).distributions
    assert distribution.promise == "recovers deployment/web"
    assert (distribution.count, distribution.censored, distribution.deadline) == (20, 0, 10.0)
    assert distribution.median == pytest.approx(1.05)
    assert distribution.p95 == pytest.approx(1.95)
    assert (distribution.low, distribution.high) == (0.6, 1.5)
    assert distribution_words(distribution) == (
        "recovers deployment/web: n 20, median 1.05 s (96% 0.60 to 1.50), 95th percentile 1.95 s, deadline 10.00 s"
    )


def test_a_recovery_that_never_came_is_no_number() -> None:
    """Of eight, five never recovered: the median is not reached, and no deadline is averaged in."""
    runs = told(*[(1.0, PASSED)] * 3, *[(1.0, FAILED)] * 5)
    (distribution,) = runs.distributions
    assert (distribution.median, distribution.p95, distribution.high) == (None, None, None)
    assert distribution_words(distribution) == (
        "recovers deployment/web: n 8, 5 never came, median not reached (99% 1.00 to endless), "
        "95th percentile not reached, deadline 10.00 s"
    )
    assert repetitions_words(runs) == "web-heals: flaky, 3 of 8 passed, 5 failed"


def test_scenarios_and_twins_are_counted_apart() -> None:
    """What was not repeated is left out."""
    results = [result(1, 1.0), result(2, 1.0), result(1, 1.0, FAILED, control="one-replica"), result(1, 1.0, name="b")]
    alone = msgspec.structs.replace(result(1, 1.0, name="once"), repetition=0)
    found = repetitions_of([*results, alone])
    assert [(each.name, each.control, each.count) for each in found] == [
        ("web-heals", "", 2), ("web-heals", "one-replica", 1), ("b", "", 1),
    ]  # fmt: skip


def test_what_cannot_run_here_is_skipped_every_time() -> None:
    """No distribution is made of nothing."""
    skipped = [
        msgspec.structs.replace(result(n, 1.0), verdict=Verdict(outcome=Outcome.SKIPPED, findings=[])) for n in (1, 2)
    ]
    (found,) = repetitions_of(skipped)
    assert (found.steadiness, found.distributions) == (Steadiness.SKIPPED, [])


@given(st.lists(st.tuples(st.floats(0.01, 9.99), st.sampled_from([PASSED, FAILED])), min_size=1, max_size=12))
def test_every_run_is_counted_once(runs: list[tuple[float, Outcome]]) -> None:
    """Outcomes and times add up to the number of runs, and the order of the runs does not matter."""
    found, backwards = told(*runs), told(*reversed(runs))
    assert sum(found.outcomes.values()) == found.count == len(runs)
    assert found.distributions[0].count == len(runs)
    assert (found.steadiness, found.distributions) == (backwards.steadiness, backwards.distributions)
