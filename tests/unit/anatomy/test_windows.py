"""Which recoveries a run has: each fault's own, as the promise itself would judge it."""

from __future__ import annotations

import healthy
import planted
import planted_doubts
import planted_kinds
import planted_traffic
import pytest
from cases import HEALTHY, PLANTED
from timelines import pod_delete, recovers

from harness.anatomy.recoveries import recoveries_of
from harness.judge import judge

from .told import Told, numbers, recoveries

STORIES = {**PLANTED, **HEALTHY}


def test_the_corpus_was_read() -> None:
    """The stories below are those of every module of the corpus."""
    assert all(m.CASES for m in (planted, planted_doubts, planted_kinds, planted_traffic, healthy))


@pytest.mark.parametrize("name", sorted(STORIES))
def test_the_outage_told_is_the_one_of_the_verdict(name: str) -> None:
    """Of the last fault both say the same number with the same error, or the same bound."""
    scenario, entries = STORIES[name].tell()
    verdict = judge(scenario, entries)
    said = [m for f in verdict.findings for m in f.measures if m.name == "recovery"]
    told = [a.measure("outage") for a in recoveries_of(scenario, entries, verdict)]
    assert {(m.value, m.error, m.censored) for m in told if m} >= {
        (m.value, m.error, m.censored) for m in said if not m.censored and scenario.faults
    }


def test_each_fault_has_its_own_recovery() -> None:
    """Two kills far apart: the first recovery is measured although the verdict is about the second."""
    story = Told().baseline().at(4.0).kill("web-0").heal("web-0", "web-8", 6.0).at(9.5).event("web-8", "Started")
    story.at(14.0).kill("web-1", index=1).heal("web-1", "web-9", 17.0)
    first, second = recoveries(story.end(25, undone=(0, 1)), faults=[pod_delete(), pod_delete(10)])
    assert (first.fault, numbers(first)["outage"]) == ("fault 1 (pod-delete)", (2.0, 0.14, False))
    assert (second.fault, numbers(second)["outage"]) == ("fault 2 (pod-delete)", (3.0, 0.14, False))
    assert (first.pod, second.pod) == ("web-8", "web-9")


def test_a_recovery_that_the_next_fault_cut_short_is_a_bound() -> None:
    """The second kill comes before the first is healed: of the first it is known only that it took longer."""
    story = Told().baseline().at(4.0).kill("web-0").at(5.0).kill("web-1", index=1)
    story.heal("web-0", "web-8", 6.0).heal("web-1", "web-9", 7.0)
    first, second = recoveries(story.end(15, undone=(0, 1)), faults=[pod_delete(), pod_delete(1)])
    assert numbers(first)["outage"] == (0.99, 0.0, True)
    assert numbers(second)["outage"][0] == 2.0


def test_a_hold_that_the_next_fault_cut_short_is_a_bound_too() -> None:
    """It was whole at 6 s but nobody knows whether it would have stayed so: longer than two seconds, not than ten."""
    story = Told().baseline().at(4.0).kill("web-0").heal("web-0", "web-8", 6.0)
    story.at(7.0).kill("web-1", index=1).heal("web-1", "web-9", 9.0)
    first, _ = recoveries(story.end(15, undone=(0, 1)), faults=[pod_delete(), pod_delete(3)])
    assert numbers(first)["outage"] == (2.0, 0.0, True)


def test_faults_that_are_due_together_have_one_recovery() -> None:
    """They cannot be told apart, so both are named."""
    story = Told().baseline().at(4.0).kill("web-0").at(4.2).kill("web-1", index=1)
    story.heal("web-0", "web-8", 6.0).heal("web-1", "web-9", 7.0)
    (anatomy,) = recoveries(story.end(15, undone=(0, 1)), faults=[pod_delete(), pod_delete()])
    assert anatomy.fault == "fault 1 (pod-delete) and fault 2 (pod-delete)"


def test_every_promise_has_its_recovery_and_other_promises_have_none() -> None:
    """Two promises `recovers`: two recoveries; without a fault there is none."""
    story = Told().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 5.5).end(12)
    assert len(recoveries(story, recovers(), recovers(within=10))) == 2
    assert recoveries(Told().baseline().at(7.0).end(12, undone=None), faults=[]) == []


def test_what_comes_after_the_end_is_none_of_its_business() -> None:
    """The namespace is taken down: its pods are no part of a recovery."""
    story = Told().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 5.5)
    before = recoveries(list(story.end(12)))
    assert recoveries(story.at(12.5).drop("pods", "web-9").entries) == before
