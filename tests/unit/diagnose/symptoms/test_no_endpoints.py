"""Services without a ready endpoint."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import Document, ago, changed, deployment, endpoints, node, pod, running, scene, service, unready


def late() -> Document:
    """A pod that has not been ready for minutes."""
    return pod("web-1", status=unready({**running(), "ready": False}))


def test_a_service_whose_pods_are_not_ready_has_no_endpoints() -> None:
    """By the EndpointSlices, or by the pods where those may not be read."""
    one = late()
    whole = [*deployment(one), service(), endpoints("web", one), node()]
    (found,) = symptoms(scene(*whole), "no-endpoints")
    assert (found.object, found.facts["pods"], found.trouble) == ("service/web", "1", True)
    (unread,) = symptoms(scene(*whole, unread=("endpointslices",)), "no-endpoints")
    assert unread.facts["slices"] == "false"


def test_ready_pods_that_are_no_endpoints_tell_that_nobody_writes_them() -> None:
    """They have been ready for long, and the Service has no slice with them."""
    one = pod("web-1")
    (found,) = symptoms(scene(deployment(one), service(), node()), "no-endpoints")
    assert (found.facts["pods"], found.facts["ready-pods"]) == ("1", "1")
    assert symptoms(scene(deployment(one), service(), endpoints("web", one), node()), "no-endpoints") == []


def test_a_service_of_a_workload_at_zero_is_as_was_wished() -> None:
    """Nobody asks for pods."""
    assert symptoms(scene(deployment(replicas=0), service()), "no-endpoints") == []
    (found,) = symptoms(scene(deployment(replicas=2), service()), "no-endpoints")
    assert (found.facts["pods"], found.trouble) == ("0", False), "the workload's own shortage is the trouble"


def test_a_start_is_not_an_outage() -> None:
    """The first pod is four seconds old."""
    starts = changed(
        pod("web-1", status=unready({**running(), "ready": False}, since_seconds=4)),
        {"metadata": {"creationTimestamp": ago(4)}},
    )
    assert symptoms(scene(deployment(starts), service(), endpoints("web", starts)), "no-endpoints") == []
