"""Which isolation steps would separate the causes of a diagnosis, and at which pods. Runs none."""

from __future__ import annotations

from collections.abc import Mapping

from harness.diagnose.diagnoser import UNKNOWN
from harness.diagnose.symptoms.no_endpoints import selected
from harness.isolate.step import STEPS, Place
from harness.model.diagnosis import Cause, Diagnosis, Named
from harness.model.full.network import Service
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import CAUSES

SURE = 0.9
"""A cause that is so sure needs no step."""
PLACES_MAX = 4
PODS_MAX = 3


def chosen(scene: Scene, found: Diagnosis, causes: Mapping[str, type[Cause]] = CAUSES) -> list[tuple[str, Place]]:
    """The names of steps, each with where to run it: those that a cause in doubt names, all where it is unknown."""
    doubtful = [each for each in found.causes if each.confidence < SURE]
    places = [Place(each, _pods(scene, each)) for each in doubtful[:PLACES_MAX]]
    return [(name, place) for place in places if place.pods for name in sorted(_deciding(place.cause, causes))]


def _deciding(named: Named, causes: Mapping[str, type[Cause]]) -> frozenset[str]:
    if named.cause == UNKNOWN:
        return frozenset(STEPS)
    return causes[named.cause].decided_by if named.cause in causes else frozenset()


def _pods(scene: Scene, named: Named) -> list[Pod]:
    """The pods that a cause is about: itself, what it explains, the pods of workloads and Services among these."""
    refs = [named.object, *named.explains]
    pods = {pod.metadata.name: pod for pod in scene.pods if pod.active}
    found = [name for ref in refs if ref.startswith("pod/") and (name := ref.removeprefix("pod/")) in pods]
    found += [
        pod.metadata.name for ref, workload in scene.workloads() if ref in refs for pod in scene.pods_of(workload)
    ]
    services = [each for each in scene.all("services", Service) if f"service/{each.metadata.name}" in refs[:1]]
    found += [pod.metadata.name for each in services for pod in selected(scene, each)]
    chosen_pods = [pods[name] for name in dict.fromkeys(found) if name in pods]
    return sorted(chosen_pods, key=lambda pod: pod.ready)[:PODS_MAX]
