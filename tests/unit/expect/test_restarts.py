"""What the promise `restarts` means."""

from __future__ import annotations

import pytest
from timelines import WEB, Story

from harness.expect.restarts import Restarts
from harness.model.units import Ref
from harness.model.verdict import Outcome

from .said import finding


def story() -> Story:
    """A fault at 4 s, in a workload one of whose pods had restarted five times before."""
    made = Story().baseline()
    inject = made.entries.pop()
    return made.pod("web-1", restarts=5).say(inject).at(4.0).kill("web-0")


def outcome(told: Story, at_most: int) -> Outcome:
    """What is said of so many restarts."""
    return finding(Restarts(of=WEB, at_most=at_most), told.end(told.t + 9)).outcome


def test_restarts_from_before_do_not_count() -> None:
    """Five restarts before the fault are none since."""
    assert outcome(story(), 0) is Outcome.PASSED


@pytest.mark.parametrize(("at_most", "wanted"), [(3, Outcome.PASSED), (2, Outcome.FAILED)])
def test_restarts_of_all_pods_are_added_up(at_most: int, wanted: Outcome) -> None:
    """Two of an old pod and one of a new one are three."""
    told = story().at(5.0).pod("web-1", restarts=7).pod("web-9", restarts=1)
    assert outcome(told, at_most) is wanted


def test_the_restarts_of_a_pod_that_went_still_count() -> None:
    """Deleting the pod does not wipe them out."""
    assert outcome(story().at(5.0).pod("web-9", restarts=2).at(6.0).drop("pods", "web-9"), 1) is Outcome.FAILED


def test_pods_that_are_seen_before_their_replica_set_count() -> None:
    """The ReplicaSet tells later whose pods they are."""
    assert outcome(story().at(5.0).pod("web-9", owner="uid-web-2", restarts=2).replicaset("web-2"), 1) is Outcome.FAILED


def test_a_workload_without_pods_says_nothing() -> None:
    """No pod, no restart, no verdict."""
    found = finding(Restarts(of=Ref("deployment/shop"), at_most=0), story().end(9))
    assert found.outcome is Outcome.INCONCLUSIVE


def test_only_what_has_pods_is_accepted() -> None:
    """A node restarts no containers of its own."""
    assert "node/a" in Restarts(of=Ref("node/a"), at_most=0).refuse()
    assert Restarts(of=Ref("job/batch"), at_most=0).refuse() == ""
