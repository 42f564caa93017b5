"""The remedy of `volume-read-only`: copy first, then look at the disk."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.storage import keep, mounted, start_writers, stop_writers, volume_of
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("volume-read-only")
class VolumeReadOnly(Remedy):
    """Linux takes a file system for damaged: what can be read is saved before anything else is tried."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The steps in their order."""
        name = cause.object.partition("/")[2]
        pod, node, path = mounted(scene, name)
        copy = kubectl(scene.namespace, "cp", f"{pod.partition('/')[2]}:{path}", "./saved")
        yield Advice(
            text=f"Save what is on {cause.object} first, then have its disk looked at: the file system takes no more "
            "writes, mostly since the disk beneath it failed. Leave the pod running until its files are saved: it may "
            "never be mounted again.",
            severity=Severity.CRITICAL,
            steps=[
                f"Copy its files while they can be read (the image needs tar): {copy}",
                keep(volume_of(scene, name)),
                f"On node {node}, look for errors of the disk: dmesg --level=err,warn | tail -50",
                (
                    f"No errors: somebody mounted it read-only. Look at readOnly in the pod and at the volume's "
                    f"mountOptions: {kubectl('', 'describe', f'persistentvolume/{volume_of(scene, name)}')}"
                ),
                *stop_writers(scene, name),
                (
                    "Errors: make a snapshot of the disk, then have it checked or replaced by whoever keeps the "
                    "storage. WARNING: run fsck only while nobody has it mounted, and where the data matters on a copy."
                ),
                *start_writers(scene, name),
                (
                    "See that it can be written now, and that the program finds its data; else restore what you saved "
                    "into a new claim."
                ),
            ],
            lost="what was to be written since; after a failing disk perhaps single files",
            safe="what was on it before and can still be read",
        )
