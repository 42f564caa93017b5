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


def test_a_container_that_has_just_ended_counts() -> None:
    """The run may be over before the kubelet has started it again; once it has, it is the same restart."""
    ended = story().at(5.0).pod("web-1", restarts=5, exit_code=137)
    assert outcome(ended, 0) is Outcome.FAILED
    assert outcome(ended.at(5.5).pod("web-1", restarts=6), 1) is Outcome.PASSED


def test_a_crash_loop_from_before_does_not_count() -> None:
    """It was down before the fault; that it is started once more is no news."""
    told = Story().baseline()
    inject = told.entries.pop()
    told.pod("web-1", ready=False, restarts=5, exit_code=1).say(inject).at(4.0).kill("web-0")
    assert outcome(told.at(5.0).pod("web-1", restarts=6), 0) is Outcome.PASSED


@pytest.mark.parametrize(("phase", "terminating"), [("Running", True), ("Succeeded", False), ("Failed", False)])
def test_containers_that_end_with_their_pod_do_not_count(phase: str, terminating: bool) -> None:
    """Nobody starts them again."""
    told = story().at(5.0).pod("web-1", restarts=5, exit_code=0, phase=phase, terminating=terminating)
    assert outcome(told, 0) is Outcome.PASSED


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
