"""The remedy of `memory-limit`: a limit above what the container was seen to need."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.sizes import quantity
from harness.advise.template import Fields, advise_template, change_containers, container_of, pods_behind
from harness.diagnose.amounts import amount
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_TIMES_LIMIT = 2.0
_TIMES_USED = 1.5


@REMEDIES.enter("memory-limit")
class MemoryLimit(Remedy):
    """Twice the limit that was not enough, or half as much again as was used."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The new limit; a request where there is no limit, so that the node's own shortage spares it."""
        name, limit = cause.facts.get("container", ""), amount(cause.facts.get("limit", ""))
        used = _most_used(scene, cause.object, name)
        watch = kubectl(scene.namespace, "top", "pod", "--containers")
        if limit:
            size = quantity("memory", max(_TIMES_LIMIT * limit, _TIMES_USED * used))
            seen = f"{quantity('memory', used)} were seen in use; " if used else ""
            yield advise_template(
                scene,
                cause.object,
                change_containers([name], {"resources": _resources(scene, cause.object, name, size)}),
                text=f"Raise the memory limit of container {name} from {cause.facts['limit']} to {size} ({seen}the "
                "kernel ended it at its limit). If its use then goes on growing to the new limit, it leaks: only the "
                "program can mend that.",
                severity=Severity.HIGH,
                commands=[watch],
            )
            return
        yield Advice(
            text=f"Find what container {name} needs and what its node lacks: without a limit of its own it was ended "
            "because the node ran short, or its limit is not known here. Give it a memory request of what it uses: a "
            "pod within its request is ended last.",
            severity=Severity.HIGH,
            commands=[watch, kubectl("", "top", "node")],
        )


def _most_used(scene: Scene, ref: str, name: str) -> float:
    """Bytes that the container was last seen to use, the most among the workload's pods."""
    pods = [pod.metadata.name for pod in pods_behind(scene, ref)]
    looks = [look for pod in pods for look in scene.looked("usage", f"pod/{pod}/{name}")]
    return max((amount(look.facts.get("memory", "")) for look in looks), default=0.0)


def _resources(scene: Scene, ref: str, name: str, size: str) -> Fields:
    """The new limit; a request that was equal to the limit stays so, or the pod would lose its class of service."""
    container = container_of(scene, ref, name)
    asked = container.resources if container else None
    same = asked is not None and asked.requests.get("memory", "") == asked.limits.get("memory", "-")
    return {"limits": {"memory": size}, **({"requests": {"memory": size}} if same else {})}
