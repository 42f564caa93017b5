"""The remedy of `too-many-pods`: fewer pods, or another node."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("too-many-pods")
class TooManyPods(Remedy):
    """Kubelets allow so many pods and no more, whatever these request."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The ways out, the quickest first."""
        ended = kubectl("", "get", "pods", "--all-namespaces", "--field-selector=status.phase!=Running")
        most = sorted({node.status.allocatable.get("pods", "") for node in scene.nodes} - {""})
        yield Advice(
            text=f"Make place for pods: each node takes {' or '.join(most) or 'only so many'}, and they are full.",
            severity=Severity.HIGH,
            steps=[
                f"Remove pods that nobody needs, those left over first: {ended}",
                "Add a node: the pods that wait are placed by themselves.",
                (
                    "Only where the nodes' address ranges (podCIDR) have room for more: raise maxPods in the kubelet's "
                    "configuration and restart it."
                ),
            ],
        )
