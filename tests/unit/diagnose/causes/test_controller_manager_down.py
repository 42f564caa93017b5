"""Promise: controllers that do not work are named by their lease or by what they leave undone, and only then."""

from __future__ import annotations

from diagnose.asked import first, named, suspicions
from diagnose.scenes import ago, deployment, event, node, pod, scene, statefulset
from diagnose.surroundings import leases

EDITED = {"generation": 2, "managedFields": [{"manager": "kubectl", "time": ago(60)}]}


def test_a_lapsed_lease_names_it_before_anything_is_left_undone() -> None:
    """Nothing will be replaced from now on."""
    found = first(scene(node(), leases(controller_manager=40), deployment(pod("web-1"))))
    assert (found.cause, found.layer) == ("controller-manager-down", "control-plane")


def test_pods_that_nobody_makes_again_are_its_doing() -> None:
    """One of two is there, and no refusal was recorded."""
    found = scene(node(), leases(controller_manager=40), deployment(pod("web-1"), replicas=2))
    assert named(found) == ["controller-manager-down"]
    assert "deployment/web" in first(found).explains


def test_a_change_that_nobody_looks_at_suspects_it_without_a_lease() -> None:
    """The generation is ahead of the one that was observed, for a minute."""
    (found,) = suspicions(scene(node(), deployment(pod("web-1"), metadata=EDITED)), "controller-manager-down")
    assert 0.5 < found.confidence < 0.8


def test_a_change_of_this_moment_is_being_looked_at() -> None:
    """Controllers need a second."""
    fresh = {"generation": 2, "managedFields": [{"manager": "kubectl", "time": ago(1)}]}
    assert (
        suspicions(scene(node(), leases(), deployment(pod("web-1"), metadata=fresh)), "controller-manager-down") == []
    )


def test_pods_that_are_refused_are_not_left_undone() -> None:
    """The controller tries; somebody says no."""
    web = deployment(pod("web-1"), replicas=2)
    said = event(
        web[1],
        "FailedCreate",
        'Error creating: pods "web-x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1',
    )
    assert "controller-manager-down" not in named(scene(node(), leases(), web, said))


def test_both_leases_renewed_is_a_control_plane_that_works() -> None:
    """Healthy clusters have no cause."""
    assert named(scene(node(), leases(), deployment(pod("web-1")))) == []


def test_pods_that_nobody_makes_again_suspect_it_where_its_lease_is_not_to_be_seen() -> None:
    """A lease that is renewed speaks for it."""
    short = deployment(pod("web-1"), replicas=2)
    (found,) = suspicions(scene(node(), short), "controller-manager-down")
    assert found.confidence == 0.5
    assert suspicions(scene(node(), leases(), short), "controller-manager-down") == []


def test_a_statefulset_waits_for_its_own_pod_to_be_gone() -> None:
    """It makes no second pod of that name, by design."""
    going = pod("db-0")
    going["metadata"]["deletionTimestamp"] = ago(60)
    assert suspicions(scene(node(), statefulset(going, replicas=1)), "controller-manager-down") == []


def test_a_lease_that_is_late_suspects_it_where_pods_lack() -> None:
    """Its holder must have given up leading by then; without anything left undone it may still be renewed."""
    short = deployment(pod("web-1"), replicas=2)
    found = first(scene(node(), leases(controller_manager=12), short))
    assert (found.cause, found.confidence) == ("controller-manager-down", 0.7)
    assert suspicions(scene(node(), leases(controller_manager=5), short), "controller-manager-down") == []
    whole = deployment(pod("web-1"))
    assert suspicions(scene(node(), leases(controller_manager=12), whole), "controller-manager-down") == []


def test_a_job_that_is_done_was_looked_after() -> None:
    """The status of a Job names no generation."""
    meta = {"name": "migrate", "generation": 1, "creationTimestamp": ago(300)}
    done = {"kind": "Job", "metadata": meta, "spec": {"completions": 1}, "status": {"succeeded": 1}}
    assert named(scene(node(), leases(), done)) == []
