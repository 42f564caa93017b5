"""The remedy of `volume-mount-failed`: by what the kubelet says of it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import events, kubectl
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import REMEDIES

_STEPS = {
    "missing": "Make the path that it names on the node, or correct it: a hostPath or local volume must be there.",
    "permission": "Let the server or the file system admit the node or the pod's user: exports, keys, fsGroup.",
    "file-system": "WARNING: make a snapshot of the disk before anything else. Then check its file system (fsck) while "
    "nobody has it mounted, where the data matters only on a copy; never let it be formatted anew. A type that is only "
    "written wrong (fsType of the volume) is corrected there.",
    "driver": "Bring the driver back on that node: the pod of its DaemonSet must run there, and be registered "
    "(kubectl get csinodes). It runs: see that it reaches its storage or file server.",
    "timeout": "Look at the storage and at the driver's log: they do not answer in time. A very large volume may just "
    "take long while its files' owner is changed (fsGroupChangePolicy: OnRootMismatch spares that).",
}


_OF_THE_NODE = ("driver", "timeout")
"""Classes that another node may not have; a file system is as damaged there, and a missing path as missing."""


@REMEDIES.enter("volume-mount-failed")
class VolumeMountFailed(Remedy):
    """The kubelet tries again by itself every two minutes at most: what is in the way has to go."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """What its class of failure takes."""
        pod = scene.named("pods", Pod, cause.object.partition("/")[2])
        node = pod.spec.node_name if pod else ""
        volume, kind = cause.facts.get("volume", ""), cause.facts.get("class", "")
        yield Advice(
            text=f"Remove what keeps volume {volume or '(see evidence)'} from being mounted"
            + (f" on node {node}" if node else "")
            + ": the kubelet then mounts it by itself.",
            severity=Severity.HIGH,
            steps=[
                f"Read the whole message: {events(scene.namespace, cause.object)}",
                _STEPS.get(kind, "Look at the driver's log on that node, and at the storage itself."),
                *(_elsewhere(scene, cause.object, node or "NODE") if kind in _OF_THE_NODE else ()),
            ],
            lost="nothing known; with a damaged file system perhaps single files"
            if kind == "file-system"
            else "nothing",
            safe="the data: the volume is not mounted, so nobody writes to it",
        )


def _elsewhere(scene: Scene, pod: str, node: str) -> list[str]:
    """How to see whether it is the node; one whose disk the volume is on cannot be tried so."""
    return [
        f"See whether it is the node. Close it to new pods: {kubectl('', 'cordon', node)}",
        f"Let the pod be made again elsewhere: {kubectl(scene.namespace, 'delete', pod)}",
        f"Open the node again, whatever came of it: {kubectl('', 'uncordon', node)}",
    ]
