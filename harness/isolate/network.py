"""Whom to ask, and from where, to learn which part of the network answers: from a scene alone. Asks nobody."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.asked import asked_services
from harness.diagnose.symptoms.no_endpoints import selected
from harness.isolate.asking import Origin, Target, from_guest, from_node, from_pod
from harness.isolate.guests import plain_pod
from harness.isolate.step import Means, Place
from harness.kube.modest import Manifest
from harness.model.full.network import Service
from harness.model.full.pods import Pod
from harness.model.scene import Scene

PODS_MAX = 2
SERVICES_MAX = 2


def runs(pod: Pod) -> bool:
    """Whether a pod has a network that can be entered and asked."""
    return pod.active and pod.status.phase == "Running" and bool(pod.status.pod_ip and pod.spec.node_name)


def target_of(scene: Scene, pod: Pod) -> Target | None:
    """The pod at its own address: as its HTTP probe asks it, else at a port that it or a Service of it names."""
    ref = f"pod/{pod.metadata.name}"
    for container in pod.spec.containers:
        named = {each.name: each.container_port for each in container.ports}
        for probe in (container.readiness_probe, container.liveness_probe):
            way = probe.http_get if probe else None
            if way is not None and way.scheme == "HTTP" and (port := _number(way.port, named)):
                return Target(ref, pod.status.pod_ip, port, way.path)
    ports = {each.name: each.container_port for container in pod.spec.containers for each in container.ports}
    wanted = [each.target_port or each.port for service in services_of(scene, pod) for each in service.spec.ports]
    found = next((port for each in (*wanted, *ports.values()) if (port := _number(each, ports))), 0)
    return Target(ref, pod.status.pod_ip, found) if found else None


def targets_of(scene: Scene, service: Service) -> Iterator[Target]:
    """A Service by the addresses of pods behind it, by its own, and by its name."""
    name, port = service.metadata.name, next((each.port for each in service.spec.ports if each.protocol == "TCP"), 0)
    behind = sorted((pod for pod in selected(scene, service) if runs(pod)), key=lambda pod: not pod.ready)
    yield from (found for pod in behind[:PODS_MAX] if (found := target_of(scene, pod)))
    if port and service.spec.cluster_ip not in ("", "None"):
        yield Target(f"service/{name}", service.spec.cluster_ip, port)
        yield Target(f"{name}.{scene.namespace}.svc", f"{name}.{scene.namespace}.svc", port)


def services_of(scene: Scene, pod: Pod) -> list[Service]:
    """The Services that select a pod."""
    found = [each for each in scene.all("services", Service) if each.spec.selector]
    return [each for each in found if each.spec.selector.items() <= pod.metadata.labels.items()][:SERVICES_MAX]


def needed_by(scene: Scene, place: Place, pod: Pod) -> list[Service]:
    """The Services that a pod asks: those that the evidence or its own probe names, else all that it is not behind."""
    behind = {each.metadata.name for each in services_of(scene, pod)}
    others = [each for each in scene.all("services", Service) if each.metadata.name not in behind]
    said = " ".join([*place.cause.evidence, place.cause.facts.get("service", "")])
    return (asked_services(scene, pod, said) or others)[:SERVICES_MAX]


def origins(pod: Pod, means: Means) -> Iterator[tuple[Origin, Manifest | None]]:
    """Who asks about a pod: its node, itself, and another pod, each with the pod that must be made for it.

    Where nodes can be entered nothing is made, as long as another pod runs.
    """
    enter = means.node_exec
    if enter is not None:
        yield from_node(enter, pod.spec.node_name), None
        yield from_pod(enter, pod), None
        others = [each for each in means.scene.pods if runs(each) and each.metadata.name != pod.metadata.name]
        # a pod on another node asks over the same way as most clients do; one that is well is the better witness
        best = sorted(others, key=lambda each: (each.spec.node_name == pod.spec.node_name, not each.ready))
        if best:
            yield from_pod(enter, best[0]), None
            return
    manifest = plain_pod(means.helper, means.image, means.left())

    def ready() -> str:
        return means.lodge.wait_ready(means.helper, means.left() / 2)

    yield from_guest(means.client, means.scene.namespace, means.helper, ready), manifest


def _number(port: int | str, named: dict[str, int]) -> int:
    return int(port) if str(port).isdigit() else named.get(str(port), 0)
