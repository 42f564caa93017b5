"""Promise: policies are added up before a pod is said to be shut off."""

from __future__ import annotations

from typing import Any

from diagnose.asked import symptoms
from diagnose.scenes import pod, scene


def policy(name: str, **spec: Any) -> dict[str, Any]:
    """A NetworkPolicy for all pods."""
    return {
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"podSelector": {}, **spec},
    }


def told(*policies: dict[str, Any], **spec: Any) -> list[tuple[str, str]]:
    """Direction and what is denied, of one pod under these policies."""
    found = symptoms(scene(pod("web-1", **spec), *policies), "network-policy")
    return [(each.facts["direction"], each.facts["denied"]) for each in found]


def test_a_policy_without_rules_denies_everything() -> None:
    """In the directions that it names; ingress where it names none."""
    both = [("Ingress", "everything"), ("Egress", "everything")]
    assert told(policy("deny", policyTypes=["Ingress", "Egress"])) == both
    assert told(policy("deny")) == [("Ingress", "everything")]


def test_any_rule_of_any_policy_opens_the_direction() -> None:
    """An empty rule allows all."""
    assert told(policy("deny", policyTypes=["Ingress"]), policy("allow", ingress=[{}], policyTypes=["Ingress"])) == []


def test_egress_to_other_ports_alone_denies_dns() -> None:
    """Mostly that was forgotten."""
    https = policy("https", egress=[{"ports": [{"port": 443}]}], policyTypes=["Egress"])
    assert told(https) == [("Egress", "dns")]
    assert (
        told(https, policy("dns", egress=[{"ports": [{"port": 53, "protocol": "UDP"}]}], policyTypes=["Egress"])) == []
    )
    assert told(policy("range", egress=[{"ports": [{"port": 1, "endPort": 100}]}], policyTypes=["Egress"])) == []


def test_a_pod_in_the_nodes_network_is_beyond_policies() -> None:
    """They do not apply to it."""
    assert told(policy("deny"), hostNetwork=True) == []
