"""Which pods of the namespace a node concerns: those on it, and those that wait for it. Names no cause."""

from __future__ import annotations

from harness.diagnose import placement
from harness.model.full.pods import Pod
from harness.model.scene import Scene


def hosted(scene: Scene, node: str) -> list[Pod]:
    """The pods on a node that have not ended, those that are being deleted too: they wait for its kubelet."""
    return [pod for pod in scene.pods if pod.spec.node_name == node and not pod.over]


def kept_off(scene: Scene, node: str, why: str) -> list[tuple[str, float]]:
    """The pods that wait and that the node would take but for this reason, each with how sure that is."""
    found = []
    for pod in placement.waiting(scene):
        blame = placement.blame(scene, pod, why)
        if node in blame.nodes:
            found.append((f"pod/{pod.metadata.name}", blame.confidence))
    return found


def named(pods: list[Pod]) -> list[str]:
    """A sentence that names the pods on a node, or none."""
    if not pods:
        return []
    names = ", ".join(f"pod/{pod.metadata.name}" for pod in pods[:3])
    more = f" and {len(pods) - 3} more" if len(pods) > 3 else ""
    return [f"{names}{more} {'is' if len(pods) == 1 else 'are'} on it (spec.nodeName)"]


def refs(pods: list[Pod]) -> list[str]:
    """The pods as a diagnosis names them."""
    return [f"pod/{pod.metadata.name}" for pod in pods]
