"""The cause `insufficient-resources`: pods that ask for more than any node has left."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.amounts import amount
from harness.diagnose.scheduling import Class
from harness.diagnose.unplaced import Unplaced, likely, pods_of, suspicion, unplaced
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("insufficient-resources")
class InsufficientResources(Cause):
    """A pod asks for more CPU, memory or another resource than any node has left.

    The scheduler counts what pods request, not what they use. Either the request is larger than any node, or the
    nodes are full of requests: ask for less, remove something, or add a node.
    """

    layer = Layer.CAPACITY

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Pods for which the scheduler says that a resource does not suffice."""
        for found in unplaced(scene, symptoms, Class.RESOURCES):
            beyond = [word for pod in pods_of(scene, found)[:1] for word in _beyond_any_node(scene, pod)]
            said = suspicion(found, 0.95 if beyond else likely(found.share), facts={"lacking": _lacking(found)})
            yield _with(said, beyond)


def _lacking(found: Unplaced) -> str:
    """The resources that the scheduler names."""
    names = {word.removeprefix("Insufficient ").partition(":")[0] for word in found.words}
    return ",".join(sorted(names))


def _beyond_any_node(scene: Scene, pod: Pod) -> list[str]:
    """For each resource that no node has as much of as the pod asks for, a sentence."""
    asked: dict[str, float] = {}
    for container in pod.spec.containers:
        for resource, written in container.resources.requests.items():
            asked[resource] = asked.get(resource, 0.0) + amount(written)
    said = []
    for resource, wanted in asked.items():
        told = [node.status.allocatable for node in scene.nodes if node.status.allocatable]
        most = max((amount(each.get(resource, "0")) for each in told), default=0.0)
        if told and wanted > most:
            said.append(f"it asks for {wanted:g} {resource}, the largest node has {most:g} (spec of the pod, nodes)")
    return said


def _with(said: Suspicion, sentences: list[str]) -> Suspicion:
    if not sentences:
        return said
    return Suspicion(
        object=said.object,
        confidence=said.confidence,
        supports=[*sentences, *said.supports],
        explains=said.explains,
        since=said.since,
        facts=said.facts,
    )
