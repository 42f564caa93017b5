"""The step `request`: who reaches a pod, and whom the pod reaches, by address, by Service and by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from harness.isolate.answers import Answer
from harness.isolate.asking import Origin, Target
from harness.isolate.network import PODS_MAX, needed_by, origins, runs, services_of, target_of, targets_of
from harness.isolate.step import STEPS, Errand, IsolationStep, Means, Place
from harness.kube.modest import Manifest
from harness.model.full.pods import Pod
from harness.model.scene import Look, Scene


@STEPS.enter("request")
class Request(IsolationStep):
    """Connects to a pod from its node and from another pod, by the pod's IP, the Service's IP and the Service's name;
    and from the pod itself to the Services that it needs.

    A connection is made by the kernel and an answer by the application: one without the other is an application that
    hangs. Reached from here and not from there is the network. A port that an HTTP probe asks gets one GET of the
    probe's path, any other is connected to and left.
    """

    makes = "a helper pod that sends requests, where no pod of the namespace can be entered"

    def errands(self, place: Place, means: Means) -> Iterator[Errand]:
        """One for each origin, with all that it asks."""
        asked: dict[str, tuple[Origin, Manifest | None, dict[Target, None]]] = {}
        for pod in [each for each in place.pods if runs(each)][:PODS_MAX]:
            for origin, guest in origins(pod, means):
                _, _, targets = asked.setdefault(origin.ref, (origin, guest, {}))
                targets.update(dict.fromkeys(_targets(means.scene, place, pod, origin)))
        for origin, guest, targets in asked.values():
            if targets:
                about = ", ".join(target.ref for target in targets)
                yield Errand(f"{origin.ref} -> {about}", _asking(origin, list(targets)), guest)

    def told(self, look: Look) -> str:
        """The status or the error, with the seconds."""
        facts = look.facts
        if "error" in facts:
            return facts["error"]
        how = f"answered {facts['status']}" if "status" in facts else "connected"
        return f"{how} in {float(facts['seconds']):.3f} s"


def _targets(scene: Scene, place: Place, pod: Pod, origin: Origin) -> Iterator[Target]:
    """A node asks the pod alone, as its kubelet does; the pod itself whom it needs; another one asks all of them."""
    own, itself = target_of(scene, pod), f"pod/{pod.metadata.name}"
    if own and origin.ref != itself:
        yield own
    if origin.ref.startswith("node/"):
        return
    if origin.ref != itself:
        yield from (target for each in services_of(scene, pod) for target in targets_of(scene, each) if each.spec.ports)
    for service in needed_by(scene, place, pod):
        yield from (each for each in targets_of(scene, service) if each.ref != origin.ref)


def _asking(origin: Origin, targets: Sequence[Target]) -> Callable[[], list[Look]]:
    def run() -> list[Look]:
        return [_look(origin, target, answer) for target, answer in zip(targets, origin.ask(targets), strict=True)]

    return run


def _look(origin: Origin, target: Target, answer: Answer) -> Look:
    seconds = answer.answered if answer.answered is not None else answer.connected
    told = {
        "error": answer.error,
        "status": answer.status,
        "seconds": _plain(None if answer.error else seconds),
        "connect-seconds": _plain(answer.connected),
    }
    return Look(
        kind="connection",
        about=f"{origin.ref} -> {target.ref}",
        facts={key: value for key, value in told.items() if value},
        good=not answer.error,
        source=f"a request to {target.host}:{target.port} from {origin.ref}",
    )


def _plain(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.4f}"
