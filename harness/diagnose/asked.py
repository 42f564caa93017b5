"""Which Services a pod asks, by its own words and the commands of its probes. Names no cause."""

from __future__ import annotations

import re

from harness.model.full.network import Service
from harness.model.full.pods import Pod
from harness.model.scene import Scene


def asked_services(scene: Scene, pod: Pod, said: str) -> list[Service]:
    """The Services that a pod's own words, or the commands of its probes, name; never one that it is behind itself."""
    return [each for each in scene.all("services", Service) if _asks(pod, each, said)]


def _asks(pod: Pod, service: Service, said: str) -> bool:
    selector = service.spec.selector.items()
    if selector and selector <= pod.metadata.labels.items():
        return False
    probes = (probe for each in pod.spec.containers for probe in (each.readiness_probe, each.liveness_probe) if probe)
    commands = " ".join(word for probe in probes if probe.exec_ for word in probe.exec_.command)
    name = service.metadata.name
    variable = f"{name.upper().replace('-', '_')}_SERVICE_"
    address = service.spec.cluster_ip
    words = f"{said} {commands}"
    by_name = re.search(rf"(?<![\w.-]){re.escape(name)}(\.|:\d|/)", words) is not None
    return by_name or variable in words or (address not in ("", "None") and address in words)
