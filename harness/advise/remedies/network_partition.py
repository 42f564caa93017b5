"""The remedy of `network-partition`: the way opened again."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl, pods_on
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("network-partition")
class NetworkPartition(Remedy):
    """Found by asking from both sides, then opened."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The rule that drops, where it was seen; else how to find the place."""
        kind, _, name = cause.object.partition("/")
        pod = scene.named("pods", Pod, name) if kind == "pod" else None
        node = pod.spec.node_name if pod else name if kind == "node" else "NODE"
        rules = cause.facts.get("rules", "")
        seen = (
            [
                (
                    f"On node {node}, see the rule: iptables-save | grep -E 'DROP|REJECT' (or nft list "
                    f"ruleset). Seen: {rules}"
                ),
                (
                    "Find whose it is (a firewall, a security agent, somebody's test) and take it off: "
                    "iptables -D with the "
                    "rest of the line."
                ),
            ]
            if rules
            else [
                "Connect from one side to the other by IP, then by Service: "
                + kubectl(
                    scene.namespace, "exec", cause.object if pod else "POD", "--", "nc", "-vz", "ADDRESS", "PORT"
                ),
                (
                    "By IP it works: look at kube-proxy and at endpoints. By IP it does not, and both pods "
                    "are on one node: "
                    "look at packet rules there. On two nodes: look at what lies between them (security "
                    "groups, firewalls, "
                    "routes, the plug-in's tunnel port, MTU)."
                ),
                f"Look at the network plug-in's pods on both nodes: {pods_on(node)}",
            ]
        )
        yield Advice(
            text=f"Open the way of {cause.object}: packets are dropped on it, though both ends run.",
            severity=Severity.CRITICAL,
            steps=[
                *seen,
                (
                    "Do not restart databases meanwhile: both sides may hold themselves for the right one, "
                    "and a restart "
                    "takes away what one of them knows."
                ),
            ],
        )
