"""The probes that fail at this moment, and whether one asks for what its container does not offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from harness.diagnose.revisions import step_of
from harness.diagnose.symptoms.probe_failed import container_named, probe_of
from harness.diagnose.telling import told
from harness.model.diagnosis import Suspicion, Symptom, Symptoms
from harness.model.full.network import Service
from harness.model.full.pods import Container, ContainerStatus, Pod, Probe
from harness.model.scene import Scene, seconds_of

FRESH_SECONDS = 30.0
PERIODS_FRESH = 3
"""A liveness probe that failed within so many of its periods still counts, though the pod is ready."""
_NOT_THERE = ("404", "405", "501")


class Failing(NamedTuple):
    """A probe of a container that fails now, with what the kubelet said of it, newest first."""

    pod: Pod
    container: Container
    which: str
    probe: Probe
    failures: list[Symptom]

    @property
    def seen(self) -> bool:
        """Whether the pod's spec is known: a recorded timeline has no probes, ports and commands."""
        return bool(self.pod.spec.containers)

    @property
    def details(self) -> set[str]:
        """What came back, in one word each."""
        return {each.facts["detail"] for each in self.failures}


class Unfit(NamedTuple):
    """Why a probe cannot succeed, in words, and how sure that is.

    `wrong` is what of it does not fit: port, path, scheme, command, or an empty string where that is not known.
    """

    reason: str
    confidence: float
    wrong: str = ""


def failing(scene: Scene, symptoms: Symptoms, *which: str) -> Iterator[Failing]:
    """The probes of these names that fail now: those of the past, which their container got over, are left out."""
    grouped: dict[tuple[str, str, str], list[Symptom]] = {}
    for each in symptoms.of("probe-failed"):
        if each.facts["probe"] in which and each.facts["container"]:
            grouped.setdefault((each.object, each.facts["container"], each.facts["probe"]), []).append(each)
    pods = {f"pod/{pod.metadata.name}": pod for pod in scene.pods} if grouped else {}
    for (ref, name, probe_name), failures in grouped.items():
        container = container_named(pods[ref], name)
        probe = probe_of(container, probe_name) if container else None
        if container is not None and probe is None:
            continue  # the workload has no such probe any more
        found = Failing(pods[ref], container or Container(name=name), probe_name, probe or Probe(), failures)
        if _now(scene, symptoms, found):
            yield found


def unfit(scene: Scene, found: Failing, symptoms: Symptoms) -> Unfit | None:
    """Why the probe asks for what the container does not offer; None where nothing tells that it does."""
    wrong, reason = _mismatch(scene, found, symptoms)
    step = step_of(scene, found.pod)
    only = step.changed == {f"{found.which} probe"}
    if only:
        more = f" while {step.old_ready} pods with the old one are ready" if step.old_ready else ""
        words = f"the new revision changed nothing but its {found.which} probe{more}"
        return Unfit(f"{reason}; {words}" if reason else words, 0.95 if reason else 0.85, wrong)
    if reason:
        return Unfit(reason, 0.9 if _answers_otherwise(found, symptoms) else 0.8, wrong)
    exec_only = {each.facts["kind"] for each in found.failures} == {"exec"} and found.details <= {"timeout", "exit"}
    if exec_only and _answers_otherwise(found, symptoms):
        return Unfit("its command does not succeed, while the container answers its other probe", 0.65, "command")
    return None


def suspected_unfit(scene: Scene, found: Failing, symptoms: Symptoms) -> Iterator[Suspicion]:
    """The suspicion that a failing probe does not fit, where it does not."""
    why = unfit(scene, found, symptoms)
    if why is None:
        return
    pod = f"pod/{found.pod.metadata.name}"
    yield Suspicion(
        object=scene.owner_of(found.pod) or pod,
        confidence=why.confidence,
        supports=[f"{why.reason} (spec of {pod})", *told(*found.failures)],
        explains=[pod],
        decides="ask by hand what the probe asks, from the node and from within the container",
        since=min(each.at for each in found.failures),
        facts={"container": found.container.name, "probe": found.which, "wrong": why.wrong, "why": why.reason},
    )


def status_of(pod: Pod, container: str) -> ContainerStatus | None:
    """The status of a container by its name."""
    return next((each for each in pod.status.container_statuses if each.name == container), None)


def allowance_seconds(probe: Probe) -> float:
    """How long a container may take before the probe has failed for good."""
    return float(probe.initial_delay_seconds + probe.period_seconds * probe.failure_threshold + probe.timeout_seconds)


def killed(symptoms: Symptoms, pod: str, container: str, *probes: str) -> list[Symptom]:
    """The kubelet's words that it ended this container for a probe."""
    said = symptoms.of("probe-killed", about=pod)
    return [s for s in said if s.facts["container"] == container and (not probes or s.facts["probe"] in probes)]


def offered(pod: Pod) -> set[str]:
    """The ports, by number and name, that the pod's containers say they listen on: they share one network."""
    ports = [port for container in pod.spec.containers for port in container.ports]
    return {str(port.container_port) for port in ports} | {port.name for port in ports if port.name}


def _now(scene: Scene, symptoms: Symptoms, found: Failing) -> bool:
    latest = found.failures[0]
    status = status_of(found.pod, found.container.name)
    if found.which == "readiness":
        return not found.pod.ready and status is not None and status.state.running is not None
    troubled = any(each.trouble for each in symptoms.about(latest.object) if each.kind != "workload-short")
    restarted = status is not None and status.state.running is not None and _started(status) > latest.at
    fresh = scene.at - latest.at <= max(FRESH_SECONDS, PERIODS_FRESH * found.probe.period_seconds)
    return troubled or (fresh and not restarted)


def _started(status: ContainerStatus) -> float:
    return seconds_of(status.state.running.started_at) if status.state.running else 0.0


def _mismatch(scene: Scene, found: Failing, symptoms: Symptoms) -> tuple[str, str]:
    """What of the probe does not fit its container, and in which way."""
    return next(iter(_mismatches(scene, found, symptoms)), ("", ""))


def _mismatches(scene: Scene, found: Failing, symptoms: Symptoms) -> Iterable[tuple[str, str]]:
    kinds = {each.facts["kind"] for each in found.failures}
    port = found.failures[0].facts["port"]
    ports = offered(found.pod)
    declared = bool(found.container.ports)
    silent = bool(port) and bool(found.details & {"refused", "timeout", "reset", "exit"})
    if silent and declared and port not in ports:
        listed = ", ".join(sorted(str(each.container_port) for each in found.container.ports))
        yield "port", f"it asks port {port}, the container says it listens on {listed}"
    served = _served(scene, found)
    if silent and not declared and served and port not in served and _answers_otherwise(found, symptoms):
        yield "port", f"it asks port {port}, its other probes and its Services ask {', '.join(sorted(served))}"
    code = next((each.facts["code"] for each in found.failures if each.facts["code"] in _NOT_THERE), "")
    if code:
        path = found.probe.http_get.path if found.probe.http_get else ""
        yield "path", f"the application answers {code} to {path}: it is up and does not know that path"
    if "tls" in found.details and "http" in kinds:
        yield "scheme", "it asks in another scheme (HTTP or HTTPS) than the application speaks"
    if "not-found" in found.details and kinds == {"exec"}:
        yield "command", "its command is not in the container"


def _served(scene: Scene, found: Failing) -> set[str]:
    """The ports that the container's other probes and the pod's Services ask: where it may be expected to listen."""
    others = {"liveness", "readiness"} - {found.which}
    probes = [probe for other in others if (probe := probe_of(found.container, other))]
    ways = [way for probe in probes for way in (probe.http_get, probe.tcp_socket, probe.grpc) if way]
    labels = found.pod.metadata.labels
    services = [each.spec for each in scene.all("services", Service) if each.spec.selector]
    behind = [port for spec in services if spec.selector.items() <= labels.items() for port in spec.ports]
    return {str(way.port) for way in ways} | {str(port.target_port or port.port) for port in behind}


def _answers_otherwise(found: Failing, symptoms: Symptoms) -> bool:
    """Whether the container succeeds in another of its probes: it lives, and only this one says otherwise."""
    others = {"liveness", "readiness"} - {found.which}
    failed = {
        each.facts["probe"]
        for each in symptoms.of("probe-failed", about=f"pod/{found.pod.metadata.name}")
        if each.facts["container"] == found.container.name
    }
    has = {other for other in others if probe_of(found.container, other) is not None}
    return found.pod.ready or bool(has - failed)
