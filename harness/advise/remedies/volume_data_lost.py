"""The remedy of `volume-data-lost`: stop, look for the old volume, restore."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.steps import stop_writers
from harness.diagnose.telling import owner_of
from harness.diagnose.volumes import users_of
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("volume-data-lost")
class VolumeDataLost(Remedy):
    """Nothing in Kubernetes brings data back; a new start on nothing would make it worse."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The steps in their order."""
        name = cause.facts.get("claim", "")
        users = users_of(scene, f"persistentvolumeclaim/{name}")
        yield Advice(
            text=f"Stop what uses claim {name} before it starts anew with nothing, and restore its data: the volume is "
            "mounted and can be written, and what was on it is not there.",
            severity=Severity.CRITICAL,
            steps=[
                *stop_writers(scene.namespace, sorted({owner_of(scene, each) for each in users})),
                (
                    "See whether the claim is bound to another volume than before, and whether the old one "
                    "is still there "
                    f"(phase Released): {kubectl('', 'get', 'persistentvolumes')}"
                ),
                "If the old volume is there, bind the claim to it again (spec.volumeName) instead of restoring.",
                "Else restore the newest snapshot or backup into the volume, and check it before anybody writes.",
                "If other replicas have the data, let the program copy it from them: start one replica at a time.",
                "Start the workload again with the number of pods it had.",
                (
                    "Find who deleted it: an init container or job that empties the directory, a node's "
                    "local disk that was "
                    "replaced, a volume of type emptyDir or hostPath where a claim was meant."
                ),
            ],
            lost="what was on the volume and is in no backup, snapshot or replica",
            safe="backups, snapshots, other replicas; the old volume if its reclaim policy is Retain",
        )
