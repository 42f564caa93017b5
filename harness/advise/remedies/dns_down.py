"""The remedy of `dns-down`: CoreDNS back."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Patch, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.workloads import Workload
from harness.model.scene import Scene
from harness.registry import REMEDIES

_NAMESPACE = "kube-system"
_REPLICAS = 2


@REMEDIES.enter("dns-down")
class DnsDown(Remedy):
    """Scaled up where it was scaled to nothing, else looked at."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Its Deployment, then why its pods do not serve."""
        known = scene.elsewhere("deployments", Workload, _NAMESPACE)
        off = [each.metadata.name for each in known if "dns" in each.metadata.name and each.spec.replicas == 0]
        name = off[0] if off else "coredns"
        chosen = ["-l", "k8s-app=kube-dns"]
        yield Advice(
            text="Bring the cluster's DNS back: every program that must look up a name fails without it."
            + (f" Deployment {name} is scaled to nothing." if off else ""),
            severity=Severity.CRITICAL,
            patches=[
                Patch(object=f"deployment/{each}", namespace=_NAMESPACE, body={"spec": {"replicas": _REPLICAS}})
                for each in off
            ],
            commands=[
                kubectl(_NAMESPACE, "get", "pods", *chosen, "-o", "wide"),
                kubectl(_NAMESPACE, "describe", "pods", *chosen),
                kubectl(_NAMESPACE, "logs", *chosen, "--tail=50"),
            ],
            steps=[
                "No pods: scale its Deployment up.",
                "Pods that wait: their message says what for (nodes, taints, resources).",
                "Pods that crash: the first line of their log names the line of the Corefile that it cannot read.",
                "Pods that are Ready and silent: restart them, "
                + kubectl(_NAMESPACE, "rollout", "restart", f"deployment/{name}"),
            ],
        )
