"""The remedy of `api-server-unhealthy`: the check that fails."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("api-server-unhealthy")
class ApiServerUnhealthy(Remedy):
    """What runs goes on meanwhile; nothing is healed."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Its own words first, then its process."""
        checks = cause.facts.get("checks", "")
        yield Advice(
            text="Mend the API server: what runs goes on, and nothing that is lost is replaced until then."
            + (f" It says itself that {checks} fails." if checks else ""),
            severity=Severity.CRITICAL,
            steps=[
                "Read all of its checks: kubectl get --raw '/readyz?verbose'",
                (
                    "On the control-plane node, if it does not answer at all: crictl ps -a --name kube-apiserver, then "
                    "crictl logs ID"
                ),
                (
                    "Usual reasons: etcd does not answer, a certificate has expired (kubeadm certs "
                    "check-expiration), its "
                    "manifest was edited (/etc/kubernetes/manifests/kube-apiserver.yaml), the disk is full."
                ),
                (
                    "The kubelet starts it again by itself once its manifest is right; move the manifest "
                    "away and back to "
                    "force that."
                ),
            ],
            safe="what is in etcd, and all programs that run",
        )
