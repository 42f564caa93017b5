"""The remedy of `volume-node-conflict`: the volume's own node, or the data elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.storage import keep, volume_of
from harness.diagnose.placement import tied_to
from harness.diagnose.volumes import claims_of
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
                *[keep(volume_of(scene, claim)) for pod in pods[:1] for claim in claims_of(pod).values()],
                f"See where the volume may be used: {kubectl('', 'describe', 'persistentvolumes')}",
                *[f"Bring node {home} back, under the same name: it is not there." for home in gone],
                (
                    "Make a node there take the pod: uncordon it, remove its taints, free what it lacks, or correct "
                    "the pod's node selector."
                ),
                (
                    "Only if that node or zone is gone for good: delete the claim, create it again (with "
                    "volumeBindingMode WaitForFirstConsumer it is made where the pod may run), and restore a backup "
                    "or a snapshot before the program writes."
                ),
            ],
            lost=f"what only was on the disk of {', '.join(gone)}, if it does not come back" if gone else "nothing",
            safe="the data on the volume, as long as neither volume nor claim is deleted",
        )
