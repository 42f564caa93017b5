"""Probes that the kubelet said to have failed, taken apart: which, how it asked, what came back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.cluster import Event
from harness.model.full.pods import Container, Pod, Probe
from harness.model.scene import Scene, last_seen, times
from harness.registry import SYMPTOMS

RECENT_SECONDS_MAX = 330.0
"""The kubelet's recorder lets one Event about an object through in five minutes once it has said much of it."""


@SYMPTOMS.enter("probe-failed")
class ProbeFailed(SymptomReader):
    """The kubelet asked a container that is still there, and the answer was not what the probe wants.

    Facts: `probe` (liveness, readiness, startup), `kind` (http, tcp, exec, grpc), `detail` (refused, timeout, status,
    reset, tls, unreachable, not-found, exit), `code` (an HTTP status), `port`, `container`, `times`, `seconds-ago`,
    `message`.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """The recent Events `Unhealthy` of pods that are there, the newest of each probe and detail."""
        events = by_uid(scene, "Unhealthy")
        for pod in scene.pods:
            said: set[tuple[str, str, str]] = set()
            for event in events.get(pod.metadata.uid, ()):
                symptom = _symptom(scene, pod, event) if pod.active else None
                if symptom is None:
                    continue
                key = (symptom.facts["container"], symptom.facts["probe"], symptom.facts["detail"])
                if key not in said:
                    said.add(key)
                    yield symptom


def by_uid(scene: Scene, reason: str) -> dict[str, list[Event]]:
    """The Events of a reason by the uid of whom they are about, newest first: one pass however many pods there are."""
    found: dict[str, list[Event]] = {}
    events = [each for each in scene.all("events", Event) if each.reason == reason]
    for event in sorted(events, key=last_seen, reverse=True):
        found.setdefault(event.involved_object.uid, []).append(event)
    return found


def container_in(pod: Pod, field_path: str) -> str:
    """The name of the container that an Event is about, by its path `spec.containers{main}`; the only one without."""
    found = _FIELD.search(field_path)
    if found is not None:
        return found[1]
    names = {each.name for each in pod.spec.containers} | {each.name for each in pod.status.container_statuses}
    return names.pop() if len(names) == 1 else ""


def container_named(pod: Pod, name: str) -> Container | None:
    """A container of the pod's spec; None where the spec was not seen."""
    containers = [*pod.spec.containers, *pod.spec.init_containers]
    return next((each for each in containers if each.name == name), None)


def probe_of(container: Container, which: str) -> Probe | None:
    """Its `liveness`, `readiness` or `startup` probe."""
    probe: Probe | None = getattr(container, f"{which}_probe", None)
    return probe


def how_it_asks(probe: Probe | None, message: str) -> str:
    """`http`, `tcp`, `exec` or `grpc`: as the spec has it, else as the message lets one guess, else empty."""
    if probe is None:
        return next((kind for pattern, kind in _GUESSES if re.search(pattern, message)), "")
    asks = {"http": probe.http_get, "tcp": probe.tcp_socket, "exec": probe.exec_, "grpc": probe.grpc}
    return next((kind for kind, way in asks.items() if way is not None), "")


def detail_of(message: str) -> str:
    """What came back, in one word."""
    return next((detail for pattern, detail in _DETAILS if re.search(pattern, message)), "exit")


def _symptom(scene: Scene, pod: Pod, event: Event) -> Symptom | None:
    found = _MESSAGE.match(event.message)
    age = scene.at - last_seen(event)
    if found is None or age > RECENT_SECONDS_MAX:
        return None
    which, message = found["probe"].lower(), found["rest"].strip()
    inside = container_in(pod, event.involved_object.field_path)
    container = container_named(pod, inside)
    probe = probe_of(container, which) if container else None
    code = _STATUS.search(message)
    name = f"pod/{pod.metadata.name}"
    return Symptom(
        kind="probe-failed",
        object=name,
        text=f"{which} probe of container {inside or '?'} failed {times(event)} times, last {age:.0f} s ago: {message}",
        source=f"event Unhealthy of {name}",
        facts={
            "probe": which,
            "kind": how_it_asks(probe, message),
            "detail": detail_of(message),
            "code": code[1] if code else "",
            "port": _port(probe, message),
            "container": inside,
            "times": str(times(event)),
            "seconds-ago": f"{age:.0f}",
            "message": message,
        },
        at=last_seen(event),
    )


def _port(probe: Probe | None, message: str) -> str:
    ways = [probe.http_get, probe.tcp_socket, probe.grpc] if probe else []
    asked = next((str(way.port) for way in ways if way is not None), "")
    told = _ADDRESS.search(message) if probe is None else None
    return told[1] if told else asked


_FIELD = re.compile(r"\{([^}]+)\}")
_MESSAGE = re.compile(r"^(?P<probe>Liveness|Readiness|Startup) probe (?:failed|errored[^:]*):(?P<rest>.*)$", re.DOTALL)
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+:(\d+)")
_GUESSES = ((r"^Get \"|statuscode", "http"), (r"^dial tcp", "tcp"), (r"command timed out|rpc error", "exec"))
_STATUS = re.compile(r"statuscode: (\d+)")
_DETAILS = (
    (r"statuscode: \d+|NOT_SERVING", "status"),
    (r"connection refused", "refused"),
    (r"deadline exceeded|DeadlineExceeded|timed out|i/o timeout|Client\.Timeout|^timeout:", "timeout"),
    (r"connection reset|\bEOF\b", "reset"),
    (r"x509|tls:|HTTP response to HTTPS|malformed HTTP", "tls"),
    (r"no route to host|network is unreachable", "unreachable"),
    (r"executable file not found|no such file or directory|not found", "not-found"),
)
