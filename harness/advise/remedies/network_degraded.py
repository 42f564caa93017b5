"""The remedy of `network-degraded`: the link as it was."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import REMEDIES

_DISCIPLINE = ("tc qdisc show", "tc qdisc del dev LINK root")
_FILTER = ("iptables-save", "iptables -D CHAIN RULE, as iptables-save shows it")


@REMEDIES.enter("network-degraded")
class NetworkDegraded(Remedy):
    """The queueing discipline, or the rule that drops at random, off, if nobody wants it."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Where it is set, and by whom it may be meant."""
        kind, _, name = cause.object.partition("/")
        pod = scene.named("pods", Pod, name) if kind == "pod" else None
        node = pod.spec.node_name if pod else name
        rules = cause.facts.get("rules", "")
        filtered = "--mode random" in rules
        look, off = _FILTER if filtered else _DISCIPLINE
        where = " (in the pod's network namespace)" if filtered else " (the pod's own link is its veth there)"
        steps = [
            f"On node {node}, see what is set: {look}" + (where if pod else ""),
            f"See who may want it: {rules}" if rules else "See who may want it.",
            f"Take it off: {off}",
        ]
        if pod is not None:
            steps.append(
                "A new pod has a new link without it; delete this one if it can be spared: "
                + kubectl(scene.namespace, "delete", cause.object)
            )
        yield Advice(
            text=f"Take off what holds back the packets of {cause.object} "
            f"({cause.facts.get('how', '') or 'see evidence'}), "
            "unless somebody limits them on purpose.",
            severity=Severity.HIGH,
            steps=steps,
        )
