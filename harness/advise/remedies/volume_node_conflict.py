"""The remedy of `volume-node-conflict`: the volume's own node, or the data elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.diagnose.placement import tied_to
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.cluster import Node
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("volume-node-conflict")
class VolumeNodeConflict(Remedy):
    """The place of a volume cannot be changed: the pod must go there, or the data must move."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The steps, the one that loses nothing first."""
        refs = [each.partition("/")[2] for each in (cause.object, *cause.explains) if each.startswith("pod/")]
        pods = [pod for name in refs if (pod := scene.named("pods", Pod, name))]
        homes = list(dict.fromkeys(home for pod in pods for home in tied_to(scene, pod)))
        gone = [home for home in homes if scene.named("nodes", Node, home) is None]
        where = f" ({', '.join(homes)})" if homes else ""
        yield Advice(
            text=f"Let the pod run where its volume is{where}, or move the data: the volume cannot be reached from any "
            "other node.",
            severity=Severity.HIGH,
            steps=[
                f"See where the volume may be used: {kubectl('', 'describe', 'persistentvolumes')}",
                *[f"Bring node {home} back: it is not there." for home in gone],
                "Make that node take the pod: uncordon it, remove its taints, or correct the pod's node selector.",
                (
                    "If that node or zone is gone for good: restore a backup or a snapshot into a new "
                    "claim that is made "
                    "where the pods may run (volumeBindingMode: WaitForFirstConsumer sees to that)."
                ),
            ],
            lost=f"what only was on the disk of {', '.join(gone)}, if it does not come back" if gone else "nothing",
            safe="the data on the volume, as long as neither volume nor claim is deleted",
        )
