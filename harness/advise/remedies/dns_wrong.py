"""The remedy of `dns-wrong`: the Corefile put right."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_NAMESPACE = "kube-system"


@REMEDIES.enter("dns-wrong")
class DnsWrong(Remedy):
    """By hand: what else stands in the Corefile is not to be lost."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Look, edit, look again."""
        ask = kubectl(
            scene.namespace,
            "run",
            "ask-dns",
            "--rm",
            "-i",
            "--restart=Never",
            "--image=busybox",
            "--",
            "nslookup",
            f"SERVICE.{scene.namespace}.svc.cluster.local",
        )
        yield Advice(
            text="Put the Corefile of the cluster's DNS right: it denies names that exist, or answers with others.",
            severity=Severity.CRITICAL,
            steps=[
                f"Keep it as it is now: {kubectl(_NAMESPACE, 'get', 'configmap', 'coredns', '-o', 'yaml')}",
                (
                    "Look in it for what catches the name: a template, rewrite or hosts block that is new, "
                    "or a kubernetes "
                    "block that is gone or names another zone than the kubelets' clusterDomain (mostly cluster.local)."
                ),
                f"Correct it: {kubectl(_NAMESPACE, 'edit', 'configmap', 'coredns')}",
                "CoreDNS reads it anew within two minutes (plug-in reload); else "
                + kubectl(_NAMESPACE, "rollout", "restart", "deployment/coredns"),
                f"Ask again: {ask}",
            ],
        )
