"""The step `same-image-elsewhere`: whether a copy of a failing pod comes up on another node."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.isolate.guests import copy_of, guest_name
from harness.isolate.step import STEPS, Errand, IsolationStep, Means, Place
from harness.isolate.steps.good_pod_here import ready_or_not, tried
from harness.kube import actions
from harness.model.errors import ApiError
from harness.model.full.cluster import Node
from harness.model.full.pods import Pod
from harness.model.scene import Look, Scene

_SECONDS_MAX = 25.0


@STEPS.enter("same-image-elsewhere")
class SameImageElsewhere(IsolationStep):
    """Starts a copy of a pod that is not ready on another node, and waits for it to be ready.

    Failing there in the same way is the application, its image or its configuration; ready there is the node that it
    left, or the data that it left behind. The copy has the containers, environment and account of the pod, and none
    of its labels, so no Service sends it requests; an empty directory stands in place of each claim.
    """

    makes = "a copy of the failing pod on another node, without its labels and its data; it runs the application"

    def errands(self, place: Place, means: Means) -> Iterator[Errand]:
        """One, for the first pod that has a node and is not ready."""
        pod = next((each for each in place.pods if each.spec.node_name and not each.ready), None)
        other = _other_node(means.scene, pod) if pod else ""
        if pod is None or not other:
            return
        try:
            whole = actions.get(means.client, "pods", pod.metadata.name, means.scene.namespace)
        except ApiError:  # gone by now
            return
        name = guest_name()
        about = f"pod/{pod.metadata.name} -> node/{other}"
        yield Errand(about, _waiting(name, about, means), copy_of(whole, name, other, means.left()))

    def told(self, look: Look) -> str:
        """Ready after how long, or how it stands."""
        return ready_or_not(look)


def _other_node(scene: Scene, pod: Pod) -> str:
    """A node that is ready and takes pods, one where a pod of the namespace is ready if there is such a one."""
    well = {each.spec.node_name for each in scene.pods if each.ready}
    fit = [
        node
        for node in scene.all("nodes", Node)
        if node.ready and not node.spec.unschedulable and node.metadata.name != pod.spec.node_name
    ]
    untainted = [node for node in fit if all(taint.effect == "PreferNoSchedule" for taint in node.spec.taints)]
    best = sorted(untainted, key=lambda node: (node.metadata.name not in well, node.metadata.name))
    return best[0].metadata.name if best else ""


def _waiting(name: str, about: str, means: Means) -> Callable[[], list[Look]]:
    source = f"a copy of {about.replace(' -> ', ' on ')}"
    return lambda: [tried(name, means, _SECONDS_MAX, kind="pod-copy", about=about, source=source)]
