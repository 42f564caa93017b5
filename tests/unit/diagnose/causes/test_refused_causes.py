"""When whoever refuses the creation of pods is named."""

from __future__ import annotations

import pytest

from diagnose.asked import first, named, suspicions
from diagnose.scenes import Document, deployment, event, node, pod, scene, service, statefulset

QUOTA = 'pods "web-6f9-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2'
SAID = {
    "quota": (QUOTA, "quota-exhausted", "capacity"),
    "unstated": (
        'pods "web-6f9-x" is forbidden: failed quota: small: must specify limits.memory for: main',
        "quota-exhausted",
        "capacity",
    ),
    "range": (
        'pods "web-6f9-x" is forbidden: maximum memory usage per Container is 1Mi, but limit is 64Mi',
        "limit-range-refused",
        "capacity",
    ),
    "range-list": (
        'pods "web-6f9-x" is forbidden: [minimum memory usage per Pod is 204Mi, but request is 200., minimum cpu …]',
        "limit-range-refused",
        "capacity",
    ),
    "range-ratio": (
        'pods "web-6f9-x" is forbidden: memory max limit to request ratio per Container is 1, but provided ratio is 6',
        "limit-range-refused",
        "capacity",
    ),
    "security": (
        'pods "web-6f9-x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
        "pod-security-refused",
        "configuration",
    ),
    "account": (
        'pods "web-6f9-" is forbidden: error looking up service account shop/robot: serviceaccount "robot" not found',
        "service-account-missing",
        "configuration",
    ),
    "priority": (
        'pods "web-6f9-" is forbidden: no PriorityClass with name high was found',
        "priority-class-missing",
        "configuration",
    ),
}


def short(message: str, ago_seconds: float = 10) -> list[Document]:
    """A workload of two pods that has one; its ReplicaSet could not create the other."""
    whole = deployment(pod("web-1"), replicas=2)
    return [*whole, node(), event(whole[1], "FailedCreate", f"Error creating: {message}", ago_seconds=ago_seconds)]


@pytest.mark.parametrize(("message", "cause", "layer"), SAID.values(), ids=SAID)
def test_who_refuses_is_named(message: str, cause: str, layer: str) -> None:
    """In the API server's own words."""
    found = first(scene(*short(message)))
    assert (found.cause, found.layer, found.object) == (cause, layer, "deployment/web")
    assert found.confidence >= 0.9


@pytest.mark.parametrize(("message", "cause", "layer"), SAID.values(), ids=SAID)
def test_nobody_else_is_named(message: str, cause: str, layer: str) -> None:
    """One refusal has one author."""
    others = {each for _, each, _ in SAID.values()} - {cause}
    assert [other for other in others if suspicions(scene(*short(message)), other)] == []
    assert named(scene(*short(message))) == [cause]


def test_a_statefulsets_controller_says_it_of_the_statefulset() -> None:
    """There is no ReplicaSet between."""
    whole = statefulset(pod("db-0"), replicas=2)
    told = event(whole[0], "FailedCreate", f"create Pod db-1 in StatefulSet db failed error: {QUOTA}")
    found = first(scene(whole, node(), told))
    assert (found.cause, found.object) == ("quota-exhausted", "statefulset/db")


def test_a_service_without_any_pod_is_no_second_cause() -> None:
    """Not one pod could be created: its Service has nobody, which is the same trouble."""
    whole = deployment(replicas=2)
    told = event(whole[1], "FailedCreate", f"Error creating: {QUOTA}")
    assert named(scene(whole, node(), service(), told)) == ["quota-exhausted"]


def test_a_refusal_that_a_creation_followed_is_past() -> None:
    """The controller has made a pod since, whatever keeps that one."""
    whole = deployment(pod("web-1"), replicas=2)
    told = [
        event(whole[1], "FailedCreate", f"Error creating: {QUOTA}", ago_seconds=60),
        event(whole[1], "SuccessfulCreate", "Created pod: web-6f9-x", ago_seconds=20, type="Normal"),
    ]
    assert suspicions(scene(whole, node(), *told), "quota-exhausted") == []


def test_a_refusal_where_no_pod_lacks_is_past() -> None:
    """The workload has all its pods."""
    whole = deployment(pod("web-1"))
    assert named(scene(whole, node(), event(whole[1], "FailedCreate", f"Error creating: {QUOTA}"))) == []


def test_a_refusal_of_long_ago_is_past() -> None:
    """A controller tries again within 17 minutes."""
    assert suspicions(scene(*short(QUOTA, ago_seconds=4000)), "quota-exhausted") == []


def test_a_new_revision_that_gets_no_pod_is_refused_though_none_lacks() -> None:
    """The old pods are all there; the ReplicaSets together want one more."""
    whole = deployment(pod("web-1"))
    wants = {**whole[1], "metadata": {**whole[1]["metadata"], "name": "web-new", "uid": "uid-web-new"}}
    told = event(wants, "FailedCreate", f"Error creating: {QUOTA}")
    assert named(scene(whole, wants, node(), told)) == ["quota-exhausted"]
