"""The cause `memory-limit`: a container that its own memory limit ends."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.symptoms.probe_failed import container_named
from harness.diagnose.telling import by_workload, objects, told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES

_JUST_SECONDS = 60.0


@CAUSES.enter("memory-limit")
class MemoryLimit(Cause):
    """The container uses more memory than its limit allows, so the kernel ends it (OOMKilled, exit code 137).

    The limit is too small for what the program needs, or the program's need grows without end; look at how its use
    rises. A node that is short of memory itself says so in a condition and evicts pods.
    """

    layer = Layer.CAPACITY
    outranks = frozenset(
        {"application-crash", "application-hang", "application-not-ready", "command-bad", "startup-too-slow"}
    )

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Containers that were ended for their memory and are down, keep being ended, or just were."""
        ends = [each for each in symptoms.of("container-ended") if _counts(each)]
        for ref, group in by_workload(scene, ends):
            spec_seen, limit = _limit(scene, group[0])
            now = any(each.trouble for each in group)
            none = spec_seen and not limit
            yield Suspicion(
                object=ref,
                confidence=0.45 if none else ((0.95 if now else 0.6) if limit else 0.75),
                supports=[*told(*group), *([f"its limit is {limit} (spec of {group[0].object})"] if limit else [])],
                contradicts=["the container has no memory limit of its own: its node ran short"] if none else [],
                explains=objects(group),
                decides="compare the use of memory over time with the limit",
                since=min(each.at for each in group),
                facts={"container": group[0].facts["container"], "limit": limit},
            )


def _counts(end: Symptom) -> bool:
    just = float(end.facts["ended-seconds-ago"]) <= _JUST_SECONDS
    return (end.facts["reason"] == "OOMKilled" or killed_at_start(end)) and (end.trouble or just)


def killed_at_start(end: Symptom) -> bool:
    """Whether memory was used up before the program began: files of a tmpfs outlive the container that wrote them."""
    return end.facts["reason"] == "StartError" and "OOM-killed" in end.facts["message"]


def _limit(scene: Scene, end: Symptom) -> tuple[bool, str]:
    """Whether the container's spec is known, and the limit that it states."""
    pod = next(each for each in scene.pods if f"pod/{each.metadata.name}" == end.object)
    container = container_named(pod, end.facts["container"])
    return container is not None, container.resources.limits.get("memory", "") if container else ""
