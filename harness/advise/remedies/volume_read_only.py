"""The remedy of `volume-read-only`: copy first, then look at the disk."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.steps import stop_writers
from harness.diagnose.telling import owner_of
from harness.diagnose.volumes import users_of
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("volume-read-only")
class VolumeReadOnly(Remedy):
    """Linux takes a file system for damaged: what can be read is saved before anything else is tried."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The steps in their order."""
        users = users_of(scene, cause.object)
        pod = next(iter(users), "pod/NAME").partition("/")[2]
        found = scene.named("pods", Pod, pod)
        node = found.spec.node_name if found else "NODE"
        copy = kubectl(scene.namespace, "cp", f"{pod}:/MOUNT/PATH", "./saved")
        yield Advice(
            text=f"Save what is on {cause.object} first, then have its disk looked at: the file system takes no more "
            "writes, mostly since the disk beneath it failed.",
            severity=Severity.CRITICAL,
            steps=[
                f"Copy its files while they can still be read: {copy}",
                *stop_writers(scene.namespace, sorted({owner_of(scene, each) for each in users})),
                f"Read the kernel's log on node {node} for I/O errors: dmesg --level=err,warn",
                "No errors there: somebody mounted it read-only. Look at the volume's mount options and `readOnly`.",
                (
                    "Errors: have the disk checked or replaced by whoever keeps the storage. Repair the "
                    "file system only "
                    "while nobody has it mounted (fsck), and on a copy if the data matters."
                ),
                "Start the workload again, on another node where the volume can move; it is mounted anew and writable.",
            ],
            lost="what was to be written since; after a failing disk perhaps single files",
            safe="what was on it before and can still be read",
        )
