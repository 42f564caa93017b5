"""The remedy of `node-gone`: a node in its place; what lay on its own disk from a backup."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.diagnose.placement import tied_to
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("node-gone")
class NodeGone(Remedy):
    """Pods go elsewhere by themselves, unless their data was on the node."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """By whether a volume is tied to it."""
        node = cause.facts.get("node", cause.object.removeprefix("node/"))
        names = [each.partition("/")[2] for each in cause.explains if each.startswith("pod/")]
        pods = [pod for name in names if (pod := scene.named("pods", Pod, name))]
        tied = [pod.metadata.name for pod in pods if node in tied_to(scene, pod)]
        steps = [
            f"If the machine is there, let it join again: start its kubelet, it makes Node {node} by itself.",
            f"If it was taken away on purpose, see that enough others are left: {kubectl('', 'get', 'nodes')}",
        ]
        if tied:
            steps.append(
                f"Pods {', '.join(tied)} wait for a disk of that node. Only if it will not come back, with its data "
                "gone: delete their claims, let new ones be made elsewhere, and restore a backup before anybody writes."
            )
        yield Advice(
            text=f"Bring node {node} back or do without it: somebody removed it from the cluster. Its pods are made "
            "again elsewhere within about a minute"
            + (", except those whose volume is on its own disk." if tied else "."),
            severity=Severity.CRITICAL if tied else Severity.HIGH,
            steps=steps,
            lost=f"what only was on the disk of {node}, if it does not come back" if tied else "",
            safe="volumes that are not on that node's own disk" if tied else "",
        )
