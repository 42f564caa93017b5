"""Promise: blind figures count what was named first, leave nothing out in silence, and their cases name real causes."""

from __future__ import annotations

import random
from typing import Any

import pytest

from harness.registry import CAUSES
from tests.bench.blind import admitted, apps, controls, injecting, outside, started
from tests.bench.blind.rounds import Told
from tests.bench.blind.score import rows, score
from tests.bench.blind.shared import episodes

CASES = [*admitted.cases(), *started.cases(), *injecting.cases()]
WHOLE = [each.case for name in ("kwok", "kind") for each in episodes(name)]


def told(case: str, *named: str, **more: Any) -> Told:
    """One run and what it was told."""
    known: dict[str, Any] = {"provider": "kwok", "seed": "1", "namespace": "a", "app": "deployments/web", "shown": True}
    return Told(case=case, causes=[(name, "", 0.9) for name in named], **known | more)


def test_only_the_first_name_counts_and_unknown_is_wrong() -> None:
    """A right cause in the second place helps nobody who acts on the first."""
    runs = [
        told("dns-down/scaled", "dns-down"),
        told("dns-down/scaled", "dns-wrong", "dns-down"),
        told("quota-exhausted/pods", "unknown"),
        told("quota-exhausted/pods", "quota-exhausted"),
    ]
    found = score(runs)
    assert (found.runs, found.causes, found.top1) == (4, 2, 0.5)
    assert found.layer == 0.75, "DNS that is wrong lies in the same layer as DNS that is down"
    assert found.f1 == pytest.approx(2 / 3), "one of two found, and none too many, for both causes"


def test_a_cause_named_for_a_healthy_namespace_is_an_alarm() -> None:
    """And costs the cause its precision."""
    found = score(
        [told("healthy/as-placed"), told("healthy/job-done", "dns-down"), told("dns-down/scaled", "dns-down")]
    )
    assert (found.controls, found.alarms, found.top1) == (2, 1, 1.0)
    assert found.f1 == pytest.approx(2 / 3)


def test_an_answer_that_failed_is_a_wrong_one() -> None:
    """A command that ended without an answer has named nothing."""
    assert score([told("dns-down/scaled", error="exit 1")]).top1 == 0.0


def test_what_showed_no_sign_is_left_out_and_counted() -> None:
    """It stands in the row of its cause."""
    runs = [told("dns-down/scaled", "dns-down"), told("dns-down/scaled", shown=False)]
    assert score(runs).runs == 1
    assert list(rows(runs)) == ["| dns-down | 1 | 1 |  | 1 |"]


def test_pairs_and_what_lies_outside_of_the_taxonomy_are_not_scored() -> None:
    """They are told, not counted."""
    runs = [told("outside/readiness-gate", "unknown"), told("dns-down/scaled", "x", second="quota-exhausted/pods")]
    assert score(runs).runs == 0
    assert list(rows(runs)) == []


def test_every_case_is_of_a_cause_that_there_is() -> None:
    """A cause that was renamed would never be named."""
    assert {each.cause for each in [*CASES, *WHOLE]} <= set(CAUSES)
    assert {each.cause for each in controls.cases()} == {""}
    assert {each.cause for each in outside.cases()} == {outside.OUTSIDE}
    names = [each.name for each in [*CASES, *controls.cases(), *outside.cases()]]
    assert len(names) == len(set(names))


def test_causes_with_a_way_kept_from_development_have_another_one_too() -> None:
    """Else nothing of them was ever developed."""
    held = {each.cause for each in [*CASES, *WHOLE] if each.held_out}
    assert held
    assert held <= {each.cause for each in [*CASES, *WHOLE] if not each.held_out}


@pytest.mark.parametrize("seed", range(20))
def test_a_drawn_application_is_itself(seed: int) -> None:
    """Its Service selects its pods, its workload their labels, and the container that serves is there."""
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    taken: set[str] = set()
    backend = apps.web(draw, taken)
    for app in (backend, apps.store(draw, taken), apps.front(draw, taken, backend.name, by_name=True)):
        template = app.workload["spec"]["template"]
        assert template["metadata"]["labels"] == app.labels == app.workload["spec"]["selector"]["matchLabels"]
        assert app.container in {each["name"] for each in template["spec"]["containers"]}
        assert all(each["spec"]["selector"] == app.labels for each in app.others if each["kind"] == "Service")
    assert len({backend.name, *taken}) >= 3
