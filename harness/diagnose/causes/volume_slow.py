"""Cause: a volume is so slow that what waits for it is late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.ailing import ailing
from harness.diagnose.telling import told
from harness.diagnose.volumes import claimed_paths, number, users_of
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("volume-slow")
class VolumeSlow(Cause):
    """Reads and writes of a volume take so long that the application or its probes miss their deadlines.

    The disk is overloaded, throttled by its provider or by a limit, or breaking. Nothing is lost. Look at the volume's
    limits and at who else uses the disk; give it more operations a second, or the probe a timeout that it can hold.
    """

    layer: ClassVar[Layer] = Layer.STORAGE
    decided_by: ClassVar[frozenset[str]] = frozenset({"volume-write"})
    outranks: ClassVar[frozenset[str]] = frozenset(
        {
            "application-hang",
            "application-not-ready",
            "readiness-probe-wrong",
            "liveness-probe-wrong",
            "startup-too-slow",
        }
    )

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each volume that was timed and is slow; each whose pod waits for a disk, or whose command probes are late."""
        slow = {each.object: each for each in symptoms.of("write-slow")}
        for object_, timed in slow.items():
            yield _suspicion(scene, object_, 0.9, told(timed))
        timed_pods = {look.about.split("/")[1] for look in scene.looked("mount") if "write-seconds" in look.facts}
        for pod in ailing(scene):
            claims = [f"persistentvolumeclaim/{claim}" for claim in claimed_paths(pod).values()]
            if not claims or claims[0] in slow or pod.metadata.name in timed_pods:
                continue
            late, stuck = _late(symptoms, pod), _stuck(symptoms, pod)
            quick = _quick_beside(scene, pod)
            if stuck:
                yield _suspicion(scene, claims[0], 0.75, told(*stuck, *late), quick)
            elif late:
                yield _suspicion(scene, claims[0], 0.5, told(*late), quick)


def _quick_beside(scene: Scene, pod: Pod) -> list[str]:
    """Writes by somebody else to a volume of the pod; the disk may be quick and the container's own limit slow."""
    name = pod.metadata.name
    looks = [look for look in scene.looked("mount") if look.about.startswith(f"volume/{name}/")]
    times = [(look, seconds) for look in looks if (seconds := number(look, "beside-seconds")) is not None]
    return [f"beside the pod a small write took {seconds:.2f} s ({look.source})" for look, seconds in times]


def _suspicion(
    scene: Scene, object_: str, confidence: float, supports: list[str], contradicts: list[str] | None = None
) -> Suspicion:
    return Suspicion(
        object=object_,
        confidence=confidence,
        supports=supports,
        contradicts=contradicts or [],
        explains=users_of(scene, object_),
        decides="time a small synchronous write to the volume, and one beside it",
        facts={"claim": object_.partition("/")[2]},
    )


def _late(symptoms: Symptoms, pod: Pod) -> list[Symptom]:
    """Probes by a command that took too long, the command touching the volume: the kubelet quotes it."""
    failed = symptoms.of("probe-failed", about=f"pod/{pod.metadata.name}")
    late = [each for each in failed if (each.facts.get("kind"), each.facts.get("detail")) == ("exec", "timeout")]
    return [each for each in late if any(path in each.facts.get("message", "") for path in claimed_paths(pod))]


def _stuck(symptoms: Symptoms, pod: Pod) -> list[Symptom]:
    stopped = symptoms.of("process-stopped", about=f"pod/{pod.metadata.name}")
    return [each for each in stopped if each.facts["state"] == "D"]
