"""The remedy of `node-pressure`: less on the node, and requests that tell what pods need."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl, pods_on
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_STEPS = {
    "MemoryPressure": [
        "Find what takes the memory: kubectl top pod --all-namespaces --sort-by=memory",
        (
            "Give it a memory limit, or move it to another node; give pods that must stay a request of "
            "what they use: those "
            "above their request are evicted first."
        ),
    ],
    "DiskPressure": [
        "On the node see what takes the space: df -h, then du -xsh /var/lib/containerd /var/log /var/lib/kubelet",
        (
            "Remove images that nobody uses (crictl rmi --prune) and old logs; give pods that write much a limit "
            "(resources.limits.ephemeral-storage, sizeLimit of emptyDir)."
        ),
    ],
    "PIDPressure": [
        "On the node see who makes so many processes: ps -eo user,comm | sort | uniq -c | sort -n | tail",
        (
            "Mend the program that does not wait for its children, and limit processes of a pod (podPidsLimit "
            "of the kubelet)."
        ),
    ],
}


@REMEDIES.enter("node-pressure")
class NodePressure(Remedy):
    """By the resource that it lacks."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """What takes it up, and how to keep that from happening again."""
        node, condition = cause.facts.get("node", ""), cause.facts.get("condition", "")
        yield Advice(
            text=f"Free {cause.facts.get('resource', 'what it lacks')} on node {node}: it evicts pods, and "
            "takes no new "
            "ones until it has enough for five minutes.",
            severity=Severity.HIGH,
            steps=[
                f"See what runs there: {pods_on(node)}",
                *_STEPS.get(condition, []),
                (
                    "If the node is simply too small for what it is given, add one: kubectl describe node "
                    "says what is asked "
                    "of it."
                ),
                "Evicted pods that are left over may go: "
                + kubectl(scene.namespace, "delete", "pods", "--field-selector=status.phase=Failed"),
            ],
        )
