"""The remedy of `network-plugin-down`: the plug-in's agent back on its node."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl, pods_on
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("network-plugin-down")
class NetworkPluginDown(Remedy):
    """Its DaemonSet is the place to look."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The agent, its configuration, the kubelet's word."""
        node = cause.facts.get("node", "")
        yield Advice(
            text=f"Bring the network plug-in of node {node} back: no new pod starts there. Pods that run keep their "
            "addresses.",
            severity=Severity.CRITICAL,
            steps=[
                (
                    "Find its agent on that node (calico, cilium, flannel, kindnet …), and why it does not "
                    f"run: {pods_on(node)}"
                ),
                (
                    "Delete its pod there; its DaemonSet makes another: "
                    f"{kubectl('kube-system', 'delete', 'pod', 'AGENT')}"
                ),
                f"On node {node}, see whether it left a configuration: ls -l /etc/cni/net.d /opt/cni/bin",
                f"See that the node is Ready again: {kubectl('', 'get', 'node', node, '--watch')}",
            ],
        )
