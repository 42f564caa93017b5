"""How a probe is corrected from what is known of its container. Names no cause, reads no cluster."""

from __future__ import annotations

import difflib
import re

from harness.advise.template import Fields, container_of, in_spec, pods_behind, spec_before
from harness.diagnose.symptoms.probe_failed import probe_of
from harness.model.full.network import Service
from harness.model.full.pods import Container, Pod, Probe
from harness.model.scene import Scene

PROBES = ("liveness", "readiness", "startup")
TIMEOUT_SECONDS_MIN = 5
REDACTED = "[redacted]"
"""What stands in a command line of a scene where a credential was: such a command is not to be written back."""
_HANDLERS = {"http_get": "httpGet", "tcp_socket": "tcpSocket", "exec_": "exec", "grpc": "grpc"}


def field_of(which: str) -> str:
    """The key of a probe in a container: `livenessProbe`."""
    return f"{which}Probe"


def handler(probe: Probe) -> Fields:
    """What a probe asks, whole: no part is left to a default, so that it overwrites what was there.

    Nothing where it has no such, or a command with a credential in it, which is not known here.
    """
    if probe.http_get is not None:
        http = probe.http_get
        return {"httpGet": {"path": http.path, "port": http.port, "scheme": http.scheme}}
    if probe.tcp_socket is not None:
        return {"tcpSocket": {"port": probe.tcp_socket.port}}
    if probe.grpc is not None:
        return {"grpc": {"port": probe.grpc.port}}
    known = probe.exec_ is not None and not is_redacted(probe.exec_.command)
    return {"exec": {"command": probe.exec_.command}} if probe.exec_ and known else {}


def is_redacted(command: list[str]) -> bool:
    """Whether a part of a command line is not known."""
    return any(REDACTED in word for word in command)


def replaced(old: Probe, new: Fields) -> Fields:
    """The patch from what a probe asks to something else: a probe may ask in one way only."""
    gone = {key: None for name, key in _HANDLERS.items() if getattr(old, name) is not None and key not in new}
    return {**gone, **new}


def corrected(scene: Scene, ref: str, name: str, which: str, wrong: str) -> Fields | None:
    """The patch of the probe that fits the container, by what of it is `wrong`; None where nothing tells what fits."""
    container = container_of(scene, ref, name)
    probe = probe_of(container, which) if container else None
    if container is None or probe is None:
        return None
    before = _before(scene, ref, name, which)
    if before is not None and handler(before) not in ({}, handler(probe)):
        return replaced(probe, handler(before))
    if wrong == "scheme" and probe.http_get is not None:
        scheme = "HTTP" if probe.http_get.scheme == "HTTPS" else "HTTPS"
        return {"httpGet": {"scheme": scheme}}
    if wrong == "port":
        return _with_port(scene, ref, container, which, probe)
    if wrong == "path":
        return _other_path(container, which, probe) or replaced(probe, _connects(scene, ref, container, which))
    return _instead_of_command(scene, ref, container, which, probe) if wrong == "command" else None


def listens_on(scene: Scene, ref: str, container: Container, which: str = "") -> int | str | None:
    """The port that the container may be expected to listen on; `which` probe is not to be believed.

    That which it declares (one that its Services ask, where there are several), else that of another probe, else that
    which a Service of its pods asks.
    """
    others = [probe_of(container, each) for each in PROBES if each != which]
    ways = [way for probe in others if probe for way in (probe.http_get, probe.tcp_socket, probe.grpc) if way]
    served = _served(scene, ref)
    declared = [port.container_port for port in container.ports]
    names = {port.name: port.container_port for port in container.ports if port.name}
    asked = [names.get(str(port), port) for port in served]
    both = [port for port in asked if port in declared]
    candidates: list[int | str] = [*both, *declared, *(way.port for way in ways), *asked]
    return next(iter(candidates), None)


def _before(scene: Scene, ref: str, name: str, which: str) -> Probe | None:
    """The same probe of the revision before."""
    spec = spec_before(scene, ref)
    container = in_spec(spec, name) if spec else None
    return probe_of(container, which) if container else None


def _with_port(scene: Scene, ref: str, container: Container, which: str, probe: Probe) -> Fields | None:
    port = listens_on(scene, ref, container, which)
    if port is None:
        return None
    for name, key in _HANDLERS.items():
        if getattr(probe, name) is not None and name != "exec_":
            return {key: {"port": port}}
    return None


def _other_path(container: Container, which: str, probe: Probe) -> Fields | None:
    """The path that another HTTP probe asks, the most similar one."""
    others = [probe_of(container, each) for each in PROBES if each != which]
    paths = [each.http_get.path for each in others if each and each.http_get]
    path = probe.http_get.path if probe.http_get else ""
    near = difflib.get_close_matches(path, [each for each in paths if each != path], n=1, cutoff=0.0)
    return {"httpGet": {"path": near[0]}} if near else None


def _connects(scene: Scene, ref: str, container: Container, which: str) -> Fields:
    """A plain connection to where the container listens."""
    port = listens_on(scene, ref, container, which)
    own = probe_of(container, which)
    asked = own.http_get.port if own and own.http_get else port
    return {"tcpSocket": {"port": asked}}


def _instead_of_command(scene: Scene, ref: str, container: Container, which: str, probe: Probe) -> Fields | None:
    """More time for a command that outlasts its own; where its program is not there, a connection instead."""
    slow = re.compile(r"timed out|timeout|deadline", re.IGNORECASE)
    own = pods_behind(scene, ref)
    if any(slow.search(event.message) for pod in own for event in scene.events_of(pod.metadata.name)):
        return {"timeoutSeconds": max(TIMEOUT_SECONDS_MIN, 5 * probe.timeout_seconds)}
    others = [probe_of(container, each) for each in PROBES if each != which]
    good = next((each for each in others if each and not each.exec_), None)
    if good is not None:
        return replaced(probe, handler(good))
    port = listens_on(scene, ref, container, which)
    return replaced(probe, {"tcpSocket": {"port": port}}) if port is not None else None


def _served(scene: Scene, ref: str) -> list[int | str]:
    """The target ports of the Services that select the pods."""
    labels = [pod.metadata.labels for pod in pods_behind(scene, ref) if isinstance(pod, Pod)]
    services = [each.spec for each in scene.all("services", Service) if each.spec.selector]
    behind = [spec for spec in services if any(spec.selector.items() <= each.items() for each in labels)]
    return [port.target_port or port.port for spec in behind for port in spec.ports]
