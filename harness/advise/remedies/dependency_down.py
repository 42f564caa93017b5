"""The remedy of `dependency-down`: mend the other one; a liveness probe must not ask it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.template import advise_template, change_containers, template_of
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.network import Service
from harness.model.full.pods import Container
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("dependency-down")
class DependencyDown(Remedy):
    """What lies behind the Service is to be mended."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Where to look; and the liveness probe that spreads the failure."""
        name = cause.facts.get("service", "")
        service = scene.named("services", Service, name)
        selector = ",".join(f"{key}={value}" for key, value in service.spec.selector.items()) if service else ""
        yield Advice(
            text=f"Mend what is behind Service {name}: {cause.object} recovers with it by itself. Leave {cause.object} "
            "alone, restarts do not help it.",
            severity=Severity.CRITICAL,
            commands=[
                kubectl(scene.namespace, "get", "endpointslices", "-l", f"kubernetes.io/service-name={name}"),
                kubectl(scene.namespace, "get", "pods", *(["-l", selector] if selector else [])),
            ],
            steps=[f"Read the other causes named here that are about the pods behind Service {name}: they come first."],
        )
        asking = [each.name for each in template_of(scene, cause.object).spec.containers if _asks(each, name)]
        if asking:
            yield advise_template(
                scene,
                cause.object,
                change_containers(asking, {"livenessProbe": None}),
                text=f"Take the liveness probe that asks Service {name} off {', '.join(asking)}: a dependency that is "
                "down makes it restart a program that is well. Ask a dependency in the readiness probe, if at all, and "
                "let a liveness probe ask the program itself.",
                severity=Severity.HIGH,
            )


def _asks(container: Container, service: str) -> bool:
    """Whether its liveness probe runs a command that names the Service, as a host or as Kubernetes' variable."""
    probe = container.liveness_probe
    command = " ".join(probe.exec_.command) if probe and probe.exec_ else ""
    variable = f"{service.upper().replace('-', '_')}_SERVICE_"
    return variable in command or re.search(rf"(?<![\w.-]){re.escape(service)}(?=[.:/])", command) is not None
