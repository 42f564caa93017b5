"""What the promise `updates` means."""

from __future__ import annotations

import pytest
from timelines import WEB, Story

from harness.expect.updates import Updates
from harness.model.units import Ref
from harness.model.verdict import Outcome

from .said import finding, measures


def story() -> Story:
    """A pod is lost at 4 s and replaced: two updates of the new pod's and the lost one's objects at most."""
    return Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 5.5)


def outcome(told: Story, at_most: int, new_pods: int | None = None, of: Ref = WEB) -> Outcome:
    """What is said of so many updates and new pods."""
    return finding(Updates(of=of, at_most=at_most, new_pods=new_pods), told.end(told.t + 9)).outcome


def writes(told: Story, count: int) -> Story:
    """The Deployment is written so many times."""
    for _ in range(count):
        told.at(told.t + 0.1).deployment()
    return told


@pytest.mark.parametrize(("at_most", "wanted"), [(5, Outcome.PASSED), (4, Outcome.FAILED)])
def test_the_most_updates_of_any_one_object_count(at_most: int, wanted: Outcome) -> None:
    """Five of the Deployment are five, whatever the others have."""
    assert outcome(writes(story(), 5), at_most) is wanted


def test_updates_from_before_do_not_count() -> None:
    """What the baseline took is no sign of a fight."""
    told = finding(Updates(of=WEB, at_most=0), Story().baseline().end(20), faults=[])
    assert told.outcome is Outcome.PASSED
    assert measures(told) == {"most updates": (0, 0, False), "new pods": (0, 0, False)}


@pytest.mark.parametrize(("new_pods", "wanted"), [(1, Outcome.PASSED), (0, Outcome.FAILED), (None, Outcome.PASSED)])
def test_pods_that_came_are_counted_where_a_number_is_promised(new_pods: int | None, wanted: Outcome) -> None:
    """One pod was lost, one came."""
    assert outcome(story(), 9, new_pods) is wanted


def test_pods_that_came_and_went_count() -> None:
    """A storm leaves few pods standing."""
    told = story()
    for number in range(5):
        told.at(told.t + 0.1).pod(f"web-s{number}", ready=False).at(told.t + 0.1).drop("pods", f"web-s{number}")
    assert outcome(told, 9, 5) is Outcome.FAILED


def test_pods_that_are_seen_before_their_replica_set_count() -> None:
    """The ReplicaSet tells at the end whose pods they were."""
    told = story().at(6.0).pod("web-n", owner="uid-web-2", ready=False).at(6.1).replicaset("web-2")
    assert outcome(told, 9, 1) is Outcome.FAILED


def test_objects_of_others_do_not_count() -> None:
    """A pod of nobody's, and a ReplicaSet of another Deployment with its pods."""
    told = story().at(6.0).replicaset("shop-1", owner="uid-shop")
    for _ in range(9):
        told.at(told.t + 0.1).pod("alone", owner="").pod("shop", owner="uid-shop-1").replicaset("shop-1", "uid-shop")
    assert outcome(told, 4, 1) is Outcome.PASSED


def test_a_workload_that_was_never_seen_is_undecided() -> None:
    """Nobody was seen to be calm."""
    assert outcome(story(), 9, of=Ref("deployment/shop")) is Outcome.INCONCLUSIVE


def test_only_workloads_are_accepted() -> None:
    """A node's updates are heartbeats."""
    assert "node/a" in Updates(of=Ref("node/a"), at_most=0).refuse()
    assert Updates(of=Ref("job/batch"), at_most=0).refuse() == ""
