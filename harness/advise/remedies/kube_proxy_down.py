"""The remedy of `kube-proxy-down`: its pod made again on that node."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_NAMESPACE = "kube-system"


@REMEDIES.enter("kube-proxy-down")
class KubeProxyDown(Remedy):
    """A new pod programs all rules again."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Restart, then look why."""
        node = cause.facts.get("node", "")
        chosen = ["-l", "k8s-app=kube-proxy", f"--field-selector=spec.nodeName={node}"]
        yield Advice(
            text=f"Start kube-proxy of node {node} anew: pods there reach Services by addresses that are out of date. "
            "Connections that stand are not cut by that.",
            severity=Severity.HIGH,
            steps=[
                f"Read its log first, it is gone afterwards: {kubectl(_NAMESPACE, 'logs', *chosen[:2], '--tail=50')}",
                f"Delete its pod; the DaemonSet makes another: {kubectl(_NAMESPACE, 'delete', 'pods', *chosen)}",
                (
                    "If there is none, look at the DaemonSet: "
                    f"{kubectl(_NAMESPACE, 'describe', 'daemonset', 'kube-proxy')}"
                ),
            ],
        )
