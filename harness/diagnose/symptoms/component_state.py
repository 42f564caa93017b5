"""Parts of the control plane whose pod or process is not well. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import SYMPTOMS

_PARTS = ("kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd")
_WELL = ("S", "R", "I", "D")


@SYMPTOMS.enter("component-state")
class ComponentState(SymptomReader):
    """A part of the control plane that runs on no node as it should: facts `component`, `state`, `node`.

    From its static pod's status, and from the processes of the nodes where they were looked at: a pod that is ready
    says nothing of a process that is stopped (`T`) or gone. A part that runs well on another node is not told.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each part and node."""
        for part in _PARTS:
            states = list(_processes(scene, part))
            if states and not any(state in _WELL for _, state, _ in states):
                for node, state, source in states:
                    yield _told(part, state, f"its process on node {node} is {_words(state)}", source, node)
            elif not states:
                yield from _pods(scene, part)


def _processes(scene: Scene, part: str) -> Iterator[tuple[str, str, str]]:
    for look in scene.looked("static-pod"):
        states = {
            name.removeprefix("kube-"): state[:1] if state != "gone" else state for name, state in look.facts.items()
        }
        if set(states.values()) - {"gone"}:  # else it is no node of the control plane
            state = states.get(part.removeprefix("kube-"), "")
            if state:
                node = look.about.removeprefix("node/")
                yield node, state, look.source or f"processes of node {node}"


def _pods(scene: Scene, part: str) -> Iterator[Symptom]:
    pods = [pod for pod in scene.elsewhere("pods", Pod) if pod.metadata.labels.get("component") == part]
    if any(pod.ready for pod in pods):
        return
    for pod in pods:
        node = pod.spec.node_name
        yield _told(
            part, "not-ready", f"its pod on node {node} is not ready", f"pod kube-system/{pod.metadata.name}", node
        )


def _told(part: str, state: str, words: str, source: str, node: str) -> Symptom:
    return Symptom(
        kind="component-state",
        object=f"control-plane/{part}",
        text=f"{part}: {words}",
        source=source,
        facts={"component": part, "state": state, "node": node},
    )


def _words(state: str) -> str:
    return {"T": "stopped (T)", "t": "stopped (t)", "Z": "a zombie (Z)", "gone": "gone"}.get(state, f"in state {state}")
