"""Which nodes a waiting pod could run on, and what about each node keeps it off. Names no cause."""

from __future__ import annotations

from typing import Any, NamedTuple

from harness.diagnose.unplaced import asked_for
from harness.model.full.cluster import Claim, Node, PersistentVolume
from harness.model.full.pods import Pod, PodSpec, Toleration
from harness.model.objects import Taint
from harness.model.scene import Scene

CORDONED, TAINTED, NOT_READY, PRESSURE, FREE = "cordoned", "tainted", "not-ready", "pressure", ""
_BY_TAINT = {
    "node.kubernetes.io/unschedulable": CORDONED,
    "node.kubernetes.io/not-ready": NOT_READY,
    "node.kubernetes.io/unreachable": NOT_READY,
    "node.kubernetes.io/memory-pressure": PRESSURE,
    "node.kubernetes.io/disk-pressure": PRESSURE,
    "node.kubernetes.io/pid-pressure": PRESSURE,
}
_ROLE = "node-role.kubernetes.io/"
_CORDON = Taint("node.kubernetes.io/unschedulable", "", "NoSchedule")


class Blame(NamedTuple):
    """The nodes that would take a waiting pod but for one reason, and how sure that is why it waits."""

    nodes: list[str]
    confidence: float


def waiting(scene: Scene) -> list[Pod]:
    """The pods that the scheduler has tried and found no node for."""
    return [pod for pod in scene.pods if pod.active and not pod.spec.node_name and refusal(pod)]


def refusal(pod: Pod) -> str:
    """The scheduler's own words why no node takes the pod; '' where it has none."""
    held = (each for each in pod.status.conditions if each.type == "PodScheduled" and each.status == "False")
    return next((each.message for each in held if each.reason == "Unschedulable"), "")


def blame(scene: Scene, pod: Pod, why: str) -> Blame:
    """The nodes that keep off a pod for this reason; sure where no node is left that is free of all reasons."""
    kept = {node.metadata.name: barrier(pod, node) for node in homes(scene, pod)}
    nodes = [name for name, each in kept.items() if each == why]
    if FREE not in kept.values():
        return Blame(nodes, 0.9 if set(kept.values()) <= {why} else 0.7)
    if any(_leaving(scene, pod, name) for name in nodes):
        return Blame(nodes, 0.85)
    crowded = "Insufficient" in refusal(pod) or "Too many pods" in refusal(pod)
    return Blame(nodes, 0.55 if crowded else 0.65)


def homes(scene: Scene, pod: Pod) -> list[Node]:
    """The nodes that a pod's selector, affinity and bound volumes allow.

    Those of a role that it does not tolerate are left out: the nodes of a control plane are closed to workloads by
    design, and that is never why a pod waits.
    """
    allowed = [asked_for(scene, pod), *(asked_for(scene, _pod_with(each)) for each in _affinities(scene, pod))]
    return [
        node
        for node in allowed[0]
        if all(node in each for each in allowed)
        and not any(taint.key.startswith(_ROLE) for taint in untolerated(pod, node))
    ]


def barrier(pod: Pod, node: Node) -> str:
    """What about a node keeps a new pod off it, the weightiest reason."""
    if not node.ready:
        return NOT_READY
    reasons = {_BY_TAINT.get(taint.key, TAINTED) for taint in untolerated(pod, node)}
    if node.spec.unschedulable and not _tolerates(pod, _CORDON):
        reasons.add(CORDONED)
    return next((why for why in (NOT_READY, CORDONED, PRESSURE, TAINTED) if why in reasons), FREE)


def untolerated(pod: Pod, node: Node) -> list[Taint]:
    """The taints that keep the pod from being placed on the node."""
    return [taint for taint in node.spec.taints if taint.effect != "PreferNoSchedule" and not _tolerates(pod, taint)]


def tied_to(scene: Scene, pod: Pod) -> list[str]:
    """The node names that a pod's bound volumes are tied to, whether such nodes are there or not."""
    values = [
        value
        for required in _affinities(scene, pod)
        for term in required.get("nodeSelectorTerms") or []
        for each in term.get("matchExpressions") or []
        if (each.get("key"), each.get("operator")) == ("kubernetes.io/hostname", "In")
        for value in each.get("values") or []
    ]
    return list(dict.fromkeys(values))


def _leaving(scene: Scene, pod: Pod, node: str) -> bool:
    """Whether another pod of its workload is being taken off the node: there it had room."""
    owner = scene.owner_of(pod)
    there = (each for each in scene.pods if each.spec.node_name == node and each.terminating)
    return bool(owner) and any(scene.owner_of(each) == owner for each in there)


def _tolerates(pod: Pod, taint: Taint) -> bool:
    return any(_matches(each, taint) for each in pod.spec.tolerations)


def _matches(toleration: Toleration, taint: Taint) -> bool:
    if toleration.effect not in ("", taint.effect):
        return False
    if toleration.operator == "Exists":
        return toleration.key in ("", taint.key)
    return (toleration.key, toleration.value) == (taint.key, taint.value)


def _affinities(scene: Scene, pod: Pod) -> list[dict[str, Any]]:
    """What the bound volumes of a pod require of its node, as `nodeSelectorTerms`."""
    found = []
    for volume in pod.spec.volumes:
        source = volume.persistent_volume_claim
        claim = scene.named("persistentvolumeclaims", Claim, source.claim_name) if source else None
        bound = scene.named("persistentvolumes", PersistentVolume, claim.spec.volume_name) if claim else None
        if bound is not None and bound.spec.node_affinity.get("required"):
            found.append(bound.spec.node_affinity["required"])
    return found


def _pod_with(required: dict[str, Any]) -> Pod:
    """A pod that requires just this of its node."""
    return Pod(spec=PodSpec(affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}))
