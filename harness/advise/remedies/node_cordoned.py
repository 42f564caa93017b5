"""The remedy of `node-cordoned`: the node open again, or another one."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl, pods_on
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("node-cordoned")
class NodeCordoned(Remedy):
    """Uncordon it when the maintenance is over."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Every node that was closed."""
        nodes = cause.facts.get("nodes", cause.object.removeprefix("node/")).split()
        yield Advice(
            text=f"Open {' and '.join(f'node {each}' for each in nodes)} to new pods again, if the "
            "maintenance is over: "
            "ask whoever closed it. If it goes on, add a node: the pods that wait have nowhere else to go.",
            severity=Severity.HIGH,
            patches=[
                Patch(object=f"node/{each}", way=Way.MERGE, body={"spec": {"unschedulable": False}}) for each in nodes
            ],
            commands=[pods_on(each) for each in nodes[:1]] + [kubectl("", "get", "nodes")],
        )
