"""The remedies of the three causes `…-probe-wrong`: a probe that asks for what its container offers."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import events, kubectl
from harness.advise.probe_fix import corrected, field_of
from harness.advise.template import advise_template, change_containers, rollback
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_DONE = {
    "liveness": "Until then the kubelet goes on restarting a program that is well.",
    "readiness": "Until then its pods get no requests, and a roll-out that brings it never ends.",
    "startup": "Until then the kubelet ends the program before it may serve.",
}


class _ProbeWrong(Remedy):
    """The probe corrected from what the container and the revision before say; else how to find out what fits."""

    severity = Severity.HIGH

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The corrected probe, then the way back to the revision before."""
        which = self.name.partition("-")[0]
        name, wrong = cause.facts.get("container", ""), cause.facts.get("wrong", "")
        change = corrected(scene, cause.object, name, which, wrong)
        if change is not None:
            yield advise_template(
                scene,
                cause.object,
                change_containers([name], {field_of(which): change}),
                text=f"Correct the {which} probe of container {name}: {cause.facts.get('why', 'it does not fit')}. "
                f"{_DONE[which]}",
                severity=self.severity,
            )
        commands = rollback(scene, cause.object)
        if change is not None and not commands:
            return
        if change is not None:
            yield Advice(
                text=f"If the {which} probe came with the last release, go back to the revision before.",
                severity=Severity.MEDIUM,
                commands=commands,
            )
            return
        yield Advice(
            text=f"Make the {which} probe of container {name} ask what its program answers. {_DONE[which]}",
            severity=self.severity,
            commands=commands,
            steps=_by_hand(scene, cause, which),
        )


@REMEDIES.enter("liveness-probe-wrong")
class LivenessProbeWrong(_ProbeWrong):
    """A liveness probe that fits."""

    severity = Severity.CRITICAL


@REMEDIES.enter("readiness-probe-wrong")
class ReadinessProbeWrong(_ProbeWrong):
    """A readiness probe that fits."""


@REMEDIES.enter("startup-probe-wrong")
class StartupProbeWrong(_ProbeWrong):
    """A startup probe that fits."""

    severity = Severity.CRITICAL


def _by_hand(scene: Scene, cause: Named, which: str) -> list[str]:
    pod = next((each for each in cause.explains if each.startswith("pod/")), cause.object)
    return [
        f"Read what the kubelet was answered: {events(scene.namespace, pod)}",
        f"Open a way to the pod and ask it yourself: {kubectl(scene.namespace, 'port-forward', pod, '8080:PORT')}",
        (
            f"Write port, path, scheme and time of the {which} probe after what you saw: "
            f"{kubectl(scene.namespace, 'edit', cause.object)}"
        ),
    ]
