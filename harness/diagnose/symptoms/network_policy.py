"""Pods to which the NetworkPolicies, taken together, let nobody in or out. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.network import NetworkPolicy
from harness.model.full.pods import Pod
from harness.model.scene import Scene, selects
from harness.registry import SYMPTOMS

INGRESS, EGRESS = "Ingress", "Egress"
_DNS_PORT = 53


@SYMPTOMS.enter("network-policy")
class NetworkPolicies(SymptomReader):
    """A pod that is isolated for a direction without any rule that allows something: facts `direction`, `policies`,
    `denied`.

    `denied` is everything, or dns where its egress rules all name ports and 53 is none of them. Policies add up: one
    that denies by default beside others that allow is as it should be.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each pod and direction."""
        policies = scene.all("networkpolicies", NetworkPolicy)
        for pod in scene.pods:
            if not pod.active or pod.spec.host_network:
                continue
            own = [each for each in policies if selects(each.spec.pod_selector, pod.metadata.labels)]
            for direction in (INGRESS, EGRESS):
                held = [each for each in own if direction in types_of(each)]
                rules = [rule for each in held for rule in _rules(each, direction)]
                if held and not rules:
                    yield _told(pod, direction, held, "everything")
                elif held and direction == EGRESS and not any(_lets_dns(rule) for rule in rules):
                    yield _told(pod, direction, held, "dns")


def types_of(policy: NetworkPolicy) -> list[str]:
    """The directions that a policy isolates; ingress always where it does not say, egress where it has rules."""
    return policy.spec.policy_types or [INGRESS, *([EGRESS] if policy.spec.egress else [])]


def _rules(policy: NetworkPolicy, direction: str) -> list[dict[str, Any]]:
    return (policy.spec.ingress if direction == INGRESS else policy.spec.egress) or []


def _lets_dns(rule: dict[str, Any]) -> bool:
    ports = rule.get("ports") or []
    return not ports or any(_covers(each) for each in ports)


def _covers(port: dict[str, Any]) -> bool:
    number = port.get("port")
    if not isinstance(number, int):  # no port at all is every port; a name may be that of 53
        return True
    return number <= _DNS_PORT <= int(port.get("endPort") or number)


def _told(pod: Pod, direction: str, held: list[NetworkPolicy], denied: str) -> Symptom:
    names = ", ".join(each.metadata.name for each in held)
    way = "into" if direction == INGRESS else "out of"
    what = "no DNS query" if denied == "dns" else "nothing"
    return Symptom(
        kind="network-policy",
        object=f"pod/{pod.metadata.name}",
        text=f"NetworkPolicy {names} lets {what} {way} pod/{pod.metadata.name}",
        source=f"networkpolicy/{held[0].metadata.name}",
        facts={"direction": direction, "policies": names, "denied": denied},
    )
