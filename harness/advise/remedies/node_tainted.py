"""The remedy of `node-tainted`: the taint off, or a toleration."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.template import advise_template, plain, template_of
from harness.diagnose.telling import owner_of
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named, Remedy
from harness.model.full.cluster import Node
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("node-tainted")
class NodeTainted(Remedy):
    """Which of the two depends on what the taint is for."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The taint first; then the pods that wait."""
        key, effect = cause.facts.get("key", ""), cause.facts.get("effect", "")
        names = cause.facts.get("nodes", cause.object.removeprefix("node/")).split()
        nodes = [node for name in names if (node := scene.named("nodes", Node, name))]
        yield Advice(
            text=f"Take taint {key}:{effect} off {', '.join(names)} if it is a mistake, or what it stood for is over.",
            severity=Severity.HIGH,
            patches=[_without(node, key, effect) for node in nodes],
            commands=[kubectl("", "taint", "node", name, f"{key}:{effect}-") for name in names],
        )
        waiting = sorted({owner_of(scene, each) for each in cause.explains if each.startswith("pod/")})
        for owner in waiting:
            tolerations = [plain(each) for each in template_of(scene, owner).spec.tolerations]
            value = cause.facts.get("value", "")
            more = {"key": key, "operator": "Equal", "value": value} if value else {"key": key, "operator": "Exists"}
            yield advise_template(
                scene,
                owner,
                {"tolerations": [*tolerations, {**more, "effect": effect}]},
                text=f"If the node is kept for such pods, let {owner} tolerate the taint.",
                severity=Severity.MEDIUM,
            )


def _without(node: Node, key: str, effect: str) -> Patch:
    """The taints but this one; whoever adds one at the same moment must look again."""
    left = [plain(each) for each in node.spec.taints if (each.key, each.effect) != (key, effect)]
    return Patch(object=f"node/{node.metadata.name}", way=Way.MERGE, body={"spec": {"taints": left or None}})
