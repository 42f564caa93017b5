"""The remedy of `volume-slow`: operations for the disk, or time for the probe."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.storage import mounted
from harness.advise.template import advise_template, template_of
from harness.diagnose.telling import owner_of
from harness.diagnose.volumes import users_of
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_TIMEOUT_SECONDS = 10


@REMEDIES.enter("volume-slow")
class VolumeSlow(Remedy):
    """The disk; and until it is better no restarts that make it worse."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Where to look; then probes that can hold."""
        users = users_of(scene, cause.object)
        pod, node, path = mounted(scene, cause.object.partition("/")[2])
        write = f"time dd if=/dev/zero of={path}/.try bs=4k count=64 conv=fsync; rm {path}/.try"
        yield Advice(
            text=f"Find who uses up the disk of {cause.object}, or what slows it down: writes take too long.",
            severity=Severity.HIGH,
            steps=[
                "Make a backup now if it became slower from day to day: such a disk is failing.",
                "Time 64 small writes: " + kubectl(scene.namespace, "exec", pod, "--", "sh", "-c", write),
                f"On node {node}, look who else uses the disk: iostat -x 1; pidstat -d 1",
                (
                    "Look at the volume's limits at your provider (operations and bytes a second, burst credits). "
                    "Raise them, or move to a faster class."
                ),
            ],
            lost="nothing",
            safe="everything that was acknowledged",
        )
        for owner in sorted({owner_of(scene, each) for each in users}):
            changes = [
                {"name": each.name, "livenessProbe": {"timeoutSeconds": _TIMEOUT_SECONDS}}
                for each in template_of(scene, owner).spec.containers
                if each.liveness_probe and each.liveness_probe.timeout_seconds < _TIMEOUT_SECONDS
            ]
            if changes:
                yield advise_template(
                    scene,
                    owner,
                    {"containers": changes},
                    text=f"Meanwhile give the liveness probe of {owner} {_TIMEOUT_SECONDS} s: a restart of a program "
                    "that waits for its disk only adds to what the disk has to do.",
                    severity=Severity.MEDIUM,
                )
