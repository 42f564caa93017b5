"""The remedy of `application-not-ready`: ask the program itself what it waits for."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl, logs
from harness.advise.template import container_of, rollback
from harness.diagnose.symptoms.probe_failed import probe_of
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("application-not-ready")
class ApplicationNotReady(Remedy):
    """The reason is inside the program: its own answer and its log tell it."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Where to look, in order."""
        name = cause.facts.get("container", "")
        pod = next((each for each in (cause.object, *cause.explains) if each.startswith("pod/")), cause.object)
        steps = [*_asked(scene, pod, name, cause.facts.get("probe", "readiness"))]
        steps.append(f"Read its log: {logs(scene.namespace, pod, name)}")
        steps.append("Look at what it depends on: the Services, volumes and settings that it names there.")
        back = rollback(scene, cause.object)
        if back:
            steps.append(f"If it began with a release, go back: {back[1]}")
        yield Advice(
            text="The program runs and says itself that it cannot serve. Leave it running, and read what it says: "
            "a restart seldom helps, and takes away what could be seen.",
            severity=Severity.HIGH,
            steps=steps,
        )


def _asked(scene: Scene, pod: str, name: str, which: str) -> Iterator[str]:
    """How the same question is asked by hand, through the API server."""
    container = container_of(scene, pod, name)
    probe = probe_of(container, which) if container else None
    if probe is not None and probe.http_get is not None and pod.startswith("pod/"):
        http = probe.http_get
        scheme = "https:" if http.scheme == "HTTPS" else ""
        path = f"/api/v1/namespaces/{scene.namespace}/pods/{scheme}{pod.partition('/')[2]}:{http.port}/proxy{http.path}"
        yield f"Ask it what the probe asks, and read the whole answer: {kubectl('', 'get', '--raw', path)}"
    if probe is not None and probe.exec_ is not None:
        words = kubectl(scene.namespace, "exec", pod, "-c", name, "--", *probe.exec_.command)
        yield f"Run the probe's command yourself: {words}"
