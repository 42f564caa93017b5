"""Budgets in reports: the same interval beside the same measure, wherever it is shown."""

from __future__ import annotations

from timelines import Story

from harness.model.budget import Budget, Term, compare
from harness.model.verdict import Outcome, Verdict
from harness.report.budgets import budget_facts, expected_bands
from harness.report.svg import timeline_svg

SOON = Budget(fault="pod-delete", of="deployment/web", terms=[Term("it starts", 0.5, 8.0, "a probe")])
LATER = Budget(fault="probe-fail", of="deployment/web", since="undo", terms=[Term("it acts", 0.0, 2.0, "no timer")])
NEVER = Budget(fault="node-down", of="statefulset/db", never="by design")
COMPARED = [compare(SOON, 2.5, 0.1), compare(LATER, 3.0, 0.1), compare(NEVER, 40.0, censored=True)]


def told() -> Verdict:
    return Verdict(outcome=Outcome.PASSED, findings=[], budgets=COMPARED)


def test_each_budget_is_a_fact_with_its_interval_and_its_place() -> None:
    """For JUnit's properties, one name each."""
    assert list(budget_facts(told())) == [
        ("budget.1.deployment/web", "budget 0.5-8 s: inside"),
        ("budget.2.deployment/web", "budget 0-2 s: slower than Kubernetes' own timers (from the undo)"),
        ("budget.3.statefulset/db", "budget never (by design), as predicted"),
    ]


def test_a_budget_is_drawn_from_the_moment_that_its_clock_starts() -> None:
    """The last injection, or the last undo; what never ends is no band."""
    entries = Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 6.5).end(20)
    bands = expected_bands(entries, COMPARED)
    assert [(band.of, round(band.began, 2), round(band.ended, 2)) for band in bands] == [
        ("deployment/web", 4.5, 12.0),
        ("deployment/web", 19.71, 21.71),
    ]
    picture = timeline_svg(entries, told())
    assert "budget 0.5-8 s: inside" in picture
