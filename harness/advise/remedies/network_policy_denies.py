"""The remedy of `network-policy-denies`: a policy that allows what is needed, beside the one that denies."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.template import Fields, plain
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named, Remedy
from harness.model.full.network import NetworkPolicy
from harness.model.full.workloads import LabelSelector
from harness.model.scene import Scene
from harness.registry import REMEDIES

_DNS = {
    "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}],
    "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
}
_NEIGHBOURS: list[Fields] = [{"podSelector": {}}]


@REMEDIES.enter("network-policy-denies")
class NetworkPolicyDenies(Remedy):
    """Policies add up: another one opens what this one shuts."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """For each policy a second one for the same pods; then the policy itself."""
        names = [each.strip() for each in cause.facts.get("policies", "").split(",")]
        found = [each for each in scene.all("networkpolicies", NetworkPolicy) if each.metadata.name in names]
        patches = [_opening(scene, each) for each in found]
        yield Advice(
            text=f"Allow the traffic that is needed: policy {' and '.join(names)} shuts it off. This "
            "allows the pods of "
            "the namespace to reach one another, and names to be looked up. Narrow it to who must reach whom; traffic "
            "from outside the namespace needs a rule of its own.",
            severity=Severity.CRITICAL,
            patches=patches,
        )
        yield Advice(
            text="If nobody wants the policy, remove it; keep a copy.",
            severity=Severity.MEDIUM,
            commands=[
                words
                for each in names[:1]
                for words in (
                    kubectl(scene.namespace, "get", f"networkpolicy/{each}", "-o", "yaml"),
                    kubectl(scene.namespace, "delete", f"networkpolicy/{each}"),
                )
            ],
        )


def _opening(scene: Scene, policy: NetworkPolicy) -> Patch:
    name = f"{policy.metadata.name}-allow"
    kinds = policy.spec.policy_types or ["Ingress"]
    spec: Fields = {"podSelector": _selector(policy.spec.pod_selector), "policyTypes": kinds}
    if "Ingress" in kinds:
        spec["ingress"] = [{"from": _NEIGHBOURS}]
    if "Egress" in kinds:
        spec["egress"] = [{"to": _NEIGHBOURS}, _DNS]
    body = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": scene.namespace},
        "spec": spec,
    }
    return Patch(object=f"networkpolicy/{name}", namespace=scene.namespace, way=Way.APPLY, body=body)


def _selector(selector: LabelSelector) -> Fields:
    return plain(selector)
