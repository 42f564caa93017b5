"""Processes that are stopped, gone or stuck in the kernel. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Look, Scene
from harness.registry import SYMPTOMS

_WORDS = {"T": "stopped", "t": "stopped by a tracer", "Z": "a zombie", "D": "waiting for a disk", "gone": "gone"}
_SERVICES = ("kubelet", "kube-proxy", "containerd", "crio", "dockerd")


@SYMPTOMS.enter("process-stopped")
class ProcessStopped(SymptomReader):
    """A process that does not go on: of a container (object `pod/NAME`) or a node's service (`node/NAME`).

    Facts: `process` (the container's or the service's name), `state` as the kernel has it: T stopped, D waiting for a
    disk, Z a zombie, gone. A service that waits for a disk for a moment is not told.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each such process that was looked at."""
        for look in scene.looked("container-process"):
            _, pod, container = [*look.about.split("/", 2), "", ""][:3]
            yield from _told(look, f"pod/{pod}", container, look.facts.get("state", ""))
        for look in scene.looked("node-process"):
            for service in _SERVICES:
                state = look.facts.get(service, "")
                if not state.startswith("D"):
                    yield from _told(look, look.about, service, state)


def _told(look: Look, object_: str, process: str, said: str) -> Iterator[Symptom]:
    state = said if said == "gone" else said[:1]
    if state not in _WORDS:
        return
    yield Symptom(
        kind="process-stopped",
        object=object_,
        text=f"{process} of {object_} is {_WORDS[state]} ({state})",
        source=look.source or f"processes of {object_}",
        facts={"process": process, "state": state},
    )
