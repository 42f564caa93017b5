"""The step `good-pod-here`: whether a pod that is known to be good comes up on a node."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.isolate.guests import guest_name, plain_pod
from harness.isolate.step import STEPS, Errand, IsolationStep, Means, Place
from harness.model.scene import Look

SECONDS_MAX = 10.0
"""A pod that does nothing is ready within two or three, its image being there."""


@STEPS.enter("good-pod-here")
class GoodPodHere(IsolationStep):
    """Starts a pod that does nothing but be ready on the node of a pod that is not well.

    It needs a kubelet, a container runtime and a network plug-in that work, and nothing of the application: where it
    does not come up the node is to blame.
    """

    makes = "a pod that does nothing, on the node of the failing one"

    def errands(self, place: Place, means: Means) -> Iterator[Errand]:
        """One for each node of pods that are not ready."""
        for node in dict.fromkeys(pod.spec.node_name for pod in place.pods if pod.spec.node_name and not pod.ready):
            name = guest_name()
            pod = plain_pod(name, means.image, means.left(), node=node)
            yield Errand(f"node/{node}", _waiting(name, node, means), pod)

    def told(self, look: Look) -> str:
        """Ready after how long, or how it stands."""
        return ready_or_not(look)


def ready_or_not(look: Look) -> str:
    """Ready after how long, or how it stands."""
    facts = look.facts
    return f"ready after {float(facts['ready-seconds']):.1f} s" if "ready-seconds" in facts else facts["error"]


def tried(name: str, means: Means, seconds_max: float, *, kind: str, about: str, source: str) -> Look:
    """How a pod that was made came up, as a look."""
    before = means.left()
    lacks = means.lodge.wait_ready(name, min(seconds_max, before))
    took = before - means.left()
    facts = {"error": f"not ready after {took:.0f} s: {lacks}"} if lacks else {"ready-seconds": f"{took:.2f}"}
    return Look(kind=kind, about=about, facts=facts, good=not lacks, source=source)


def _waiting(name: str, node: str, means: Means) -> Callable[[], list[Look]]:
    source = f"a pod that does nothing, made on node {node}"
    return lambda: [tried(name, means, SECONDS_MAX, kind="good-pod", about=f"node/{node}", source=source)]
