"""When a StatefulSet's pod that somebody else's pod keeps out is named."""

from __future__ import annotations

from diagnose.asked import first, suspicions
from diagnose.scenes import changed, node, pod, scene, service, statefulset


def test_a_pod_of_the_lacking_name_that_is_not_its_own_is_named() -> None:
    """Its labels were changed, so the StatefulSet let it go and cannot make another."""
    stray = changed(pod("db-1"), {"metadata": {"labels": {"app": "stray"}}})
    found = first(scene(statefulset(pod("db-0"), replicas=2), stray, service("db"), node()))
    assert (found.cause, found.layer, found.object) == ("pod-name-taken", "configuration", "statefulset/db")
    assert "app=stray" in found.evidence[0]


def test_a_statefulset_that_just_lacks_a_pod_is_another_thing() -> None:
    """No pod of that name is there."""
    whole = scene(statefulset(pod("db-0"), replicas=2), service("db"), node())
    assert suspicions(whole, "pod-name-taken") == []


def test_a_statefulset_with_all_its_pods_is_well() -> None:
    """Whoever else has a pod of another name."""
    whole = scene(statefulset(pod("db-0")), pod("db-1"), service("db"), node())
    assert suspicions(whole, "pod-name-taken") == []
