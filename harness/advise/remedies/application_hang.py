"""The remedy of `application-hang`: start it anew, and let a liveness probe do that next time."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl, logs
from harness.advise.probe_fix import handler
from harness.advise.template import advise_template, change_containers, container_of
from harness.diagnose.telling import owner_of
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import ContainerPort
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("application-hang")
class ApplicationHang(Remedy):
    """A new pod in its place; a liveness probe where it has none."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The way to a new pod, and the probe that is lacking."""
        pod = next((each for each in (cause.object, *cause.explains) if each.startswith("pod/")), cause.object)
        name = cause.facts.get("container", "")
        again = kubectl(scene.namespace, "delete", pod)
        lone = owner_of(scene, pod) == pod and pod.startswith("pod/")
        yield Advice(
            text="Start the program anew: it does not answer, and nothing else will free it."
            + (" Nobody makes this pod again: keep its manifest before you delete it." if lone else ""),
            severity=Severity.CRITICAL,
            steps=[
                f"Keep what tells why, before it is gone: a dump of its threads, {logs(scene.namespace, pod, name)}",
                f"Delete the pod; its controller makes another: {again}" if not lone else f"Delete the pod: {again}",
            ],
        )
        container = container_of(scene, cause.object, name)
        if container is None or container.liveness_probe is not None:
            return
        asks = handler(container.readiness_probe) if container.readiness_probe else _connects(container.ports)
        if asks:
            probe = {**asks, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 6}
            yield advise_template(
                scene,
                cause.object,
                change_containers([container.name], {"livenessProbe": probe}),
                text=f"Give container {container.name} a liveness probe, so that next time the kubelet restarts it "
                "within about a minute. It must ask the program itself and no dependency, or a dependency that is down "
                "takes this program with it.",
                severity=Severity.MEDIUM,
            )


def _connects(ports: list[ContainerPort]) -> dict[str, dict[str, int]]:
    return {"tcpSocket": {"port": ports[0].container_port}} if ports else {}
