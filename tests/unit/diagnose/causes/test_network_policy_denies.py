"""Promise: policies that shut off pods which are meant to be reached are named; the usual default deny is not."""

from __future__ import annotations

from typing import Any

from diagnose.asked import first, named
from diagnose.scenes import container, deployment, endpoints, event, node, pod, scene, service, unready

STATE = {"name": "main", "ready": False, "state": {"running": {}}}


def policy(name: str, *, selector: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    """A NetworkPolicy for pods with these labels, or for all."""
    return {
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"podSelector": {"matchLabels": selector or {}}, **spec},
    }


DENY = policy("deny", policyTypes=["Ingress", "Egress"])


def served() -> list[Any]:
    """A Service with its pod, both well."""
    web = pod("web-1")
    return [node(), *deployment(web), service(), endpoints("web", web)]


def test_a_service_whose_pods_nobody_may_reach_is_named_though_they_look_well() -> None:
    """The kubelet's probes pass all the same."""
    found = first(scene(*served(), DENY))
    assert (found.cause, found.layer, found.object) == ("network-policy-denies", "network", "networkpolicy/deny")
    assert found.confidence < 0.8


def test_a_pod_that_waits_for_an_answer_makes_it_surer() -> None:
    """Its probe times out."""
    probe = {"exec": {"command": ["/agnhost", "connect", "web:80"]}}
    front = pod("front-1", containers=[container(readinessProbe=probe)], status=unready(STATE))
    said = event(front, "Unhealthy", "Readiness probe failed: TIMEOUT")
    found = scene(*served(), DENY, said, deployment(front, name="front"))
    assert named(found) == ["network-policy-denies"]
    assert first(found).confidence >= 0.9


def test_a_default_deny_beside_a_rule_that_allows_is_as_it_should_be() -> None:
    """Policies add up."""
    allow = policy("allow", selector={"app": "web"}, ingress=[{}], egress=[{}], policyTypes=["Ingress", "Egress"])
    assert named(scene(*served(), DENY, allow)) == []


def test_a_policy_for_other_pods_is_none_of_theirs() -> None:
    """It selects a label that nobody has."""
    assert named(scene(*served(), policy("deny", selector={"app": "other"}, policyTypes=["Ingress"]))) == []


def test_pods_that_nobody_is_meant_to_reach_may_be_shut() -> None:
    """A worker behind no Service."""
    assert named(scene(node(), deployment(pod("worker-1")), policy("deny", policyTypes=["Ingress"]))) == []
