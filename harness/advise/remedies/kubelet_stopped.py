"""The remedy of `kubelet-stopped`: the kubelet started again on its node."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("kubelet-stopped")
class KubeletStopped(Remedy):
    """By whether it is frozen or gone."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """On the node itself."""
        node = cause.facts.get("node", "")
        frozen = cause.facts.get("state", "")[:1] == "T"
        first = (
            "Let it go on, it is stopped and not gone: pkill -CONT -x kubelet"
            if frozen
            else "See why it ended: systemctl status kubelet; journalctl -u kubelet -n 100"
        )
        yield Advice(
            text=f"Start the kubelet of node {node} again. Its containers go on meanwhile, but nobody "
            "probes or restarts "
            "them, and the node is soon taken for lost.",
            severity=Severity.CRITICAL,
            steps=[
                f"On node {node}: {first}",
                f"On node {node}: systemctl restart kubelet",
                (
                    "If it ends again, its log says why: the disk is full, swap is on, a certificate or "
                    "its configuration is "
                    "not right."
                ),
                f"See that the node is Ready again: {kubectl('', 'get', 'node', node, '--watch')}",
            ],
        )
