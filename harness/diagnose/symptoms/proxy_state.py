"""Nodes whose kube-proxy is not well. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import SYMPTOMS

_STOPPED = ("T", "t", "Z")


@SYMPTOMS.enter("proxy-state")
class ProxyState(SymptomReader):
    """A node whose kube-proxy pod is not ready, or whose kube-proxy process is stopped or gone: fact `state`.

    Where no node has a kube-proxy its work is done by something else, and nothing is told.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each such node."""
        pods = {pod.spec.node_name: pod for pod in scene.elsewhere("pods", Pod) if _is_proxy(pod)}
        for node, pod in pods.items():
            if not pod.ready:
                yield _told(node, "not-ready", f"pod kube-system/{pod.metadata.name}")
        for look in scene.looked("node-process"):
            node, state = look.about.removeprefix("node/"), look.facts.get("kube-proxy", "")
            if (state == "gone" and node in pods) or state[:1] in _STOPPED:
                yield _told(node, state, look.source or f"processes of node {node}")


def _is_proxy(pod: Pod) -> bool:
    labels = pod.metadata.labels
    return "kube-proxy" in (labels.get("k8s-app"), labels.get("component"))


def _told(node: str, state: str, source: str) -> Symptom:
    words = {"not-ready": "its pod is not ready", "gone": "its process is gone"}.get(
        state, f"its process is stopped ({state})"
    )
    return Symptom(
        kind="proxy-state",
        object=f"node/{node}",
        text=f"kube-proxy of node {node}: {words}",
        source=source,
        facts={"state": state},
    )
