"""The remedy of `container-runtime-down`: the runtime started again on its node."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.steps import empty_node
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("container-runtime-down")
class ContainerRuntimeDown(Remedy):
    """Its disk is the usual reason, so that comes first."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """On the node itself."""
        node = cause.facts.get("node", "")
        yield Advice(
            text=f"Restart the container runtime of node {node}. Containers that run go on and survive that; none is "
            "started, stopped or restarted until then.",
            severity=Severity.CRITICAL,
            steps=[
                f"Keep new pods away meanwhile: {kubectl('', 'cordon', node)}",
                f"On node {node}, look at its disk first: df -h /var/lib/containerd; dmesg --level=err | tail",
                f"On node {node}: systemctl status containerd; journalctl -u containerd -n 100 (or crio)",
                f"On node {node}: systemctl restart containerd",
                f"If it hangs again, the machine must be started anew. {empty_node(node)}",
                f"Open the node again: {kubectl('', 'uncordon', node)}",
            ],
        )
