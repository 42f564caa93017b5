"""The remedy of `volume-data-lost`: nobody starts anew on an empty volume, then the data comes back."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.storage import keep, let_go, start_writers, stop_writers, volume_of
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("volume-data-lost")
class VolumeDataLost(Remedy):
    """Nothing in Kubernetes brings data back; a new start on nothing would make it worse."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The steps in their order."""
        if not cause.object.startswith("persistentvolumeclaim/"):
            yield _of_pod(cause)
            return
        name = cause.object.partition("/")[2]
        claim = kubectl(scene.namespace, "delete", cause.object)
        yield Advice(
            text=f"Stop what uses claim {name} before it starts anew on nothing, then bring its data back: the volume "
            "can be written, and what was on it is not there.",
            severity=Severity.CRITICAL,
            steps=[
                *stop_writers(scene, name),
                keep(volume_of(scene, name)),
                f"Look for an older volume of the claim, in phase Released: {kubectl('', 'get', 'persistentvolumes')}",
                (
                    f"There is one: it has the data. Set it free ({let_go('OLD-VOLUME')}), delete the empty claim "
                    f"({claim}), and create the claim again with spec.volumeName: OLD-VOLUME."
                ),
                (
                    "There is none: restore the newest snapshot or backup into the volume, by a pod of its own that "
                    "mounts the claim, and check what you restored."
                ),
                "Other replicas have the data: restore nothing, and let this one copy it from them.",
                *start_writers(scene, name),
                (
                    "Find who deleted it before it happens again: a job or an init container that empties the "
                    "directory, a node's local disk that was replaced, a cleaning script."
                ),
            ],
            lost="what was on the volume, unless a backup, a snapshot, a replica or an older volume has it",
            safe="backups, snapshots, other replicas; an older volume if its reclaim policy was Retain",
        )


def _of_pod(cause: Named) -> Advice:
    """The volume is no claim: it was never meant to outlive its pod or its node."""
    return Advice(
        text=f"Give {cause.object} a claim (PersistentVolumeClaim) for what it must keep: the volume that it lost it "
        "from is an emptyDir or a directory of the node, and goes with the pod or the node.",
        severity=Severity.CRITICAL,
        steps=[
            "Stop the program if it starts anew on nothing and others take that for the truth.",
            "Restore the newest backup into a new claim, or let the program copy the data from its replicas.",
            "Name the claim in the pod template instead of the emptyDir or hostPath volume.",
        ],
        lost="what was in the volume, unless a backup or a replica has it",
        safe="backups, other replicas",
    )
