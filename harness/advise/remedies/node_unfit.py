"""The remedy of `node-unfit`: no new pods there, its pods elsewhere, then a look at the node."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl, pods_on
from harness.diagnose.nodes import hosted
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("node-unfit")
class NodeUnfit(Remedy):
    """Keep pods off it first: whatever is broken there, the others have room."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Cordon it, make what is stuck anew elsewhere, look at what a pod needs of a node."""
        node = cause.facts.get("node", cause.object.removeprefix("node/"))
        stuck = [pod for pod in hosted(scene, node) if pod.active and not pod.ready]
        anew = [pod.metadata.name for pod in stuck if scene.owner_of(pod)]
        yield Advice(
            text=f"Keep new pods off node {node}, let those that are stuck there be made anew elsewhere, and only then "
            "look for what is broken on it.",
            severity=Severity.CRITICAL,
            patches=[Patch(object=f"node/{node}", way=Way.MERGE, body={"spec": {"unschedulable": True}})],
            steps=[
                *(f"Delete the pod, its controller makes another: {_delete(scene, name)}" for name in anew),
                f"Read what is known of the node: {kubectl('', 'describe', 'node', node)}",
                "On the machine: systemctl status kubelet containerd; journalctl -u kubelet -n 100; df -h",
                f"Once a small pod starts there again, let others back: {kubectl('', 'uncordon', node)}",
            ],
            commands=[pods_on(node)],
        )


def _delete(scene: Scene, pod: str) -> str:
    return kubectl(scene.namespace, "delete", f"pod/{pod}")
