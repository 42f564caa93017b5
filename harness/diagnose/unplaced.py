"""Pods that no node takes, by the scheduler's reason, and the nodes that they ask for. Judges no capacity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from harness.diagnose.scheduling import Class, class_of, shares
from harness.diagnose.telling import by_workload, objects, told
from harness.model.diagnosis import Suspicion, Symptom, Symptoms
from harness.model.full.cluster import Node
from harness.model.full.pods import Pod
from harness.model.full.workloads import Requirement
from harness.model.scene import Scene

_NEARLY = 0.99
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


class Unplaced(NamedTuple):
    """The pods of a workload that a reason keeps from some or all nodes, and the greatest share of nodes it rules out.

    `words` are the scheduler's for this reason; `others` says what rules out the other nodes.
    """

    ref: str
    symptoms: list[Symptom]
    share: float
    words: list[str]
    others: list[str]


def unplaced(scene: Scene, symptoms: Symptoms, kind: Class) -> Iterator[Unplaced]:
    """The pods that are kept from nodes for this kind of reason, by workload."""
    found = [each for each in symptoms.of("scheduling-failed") if _share(each, kind)]
    for ref, group in by_workload(scene, found):
        reasons = {reason: count for each in group for reason, count in each.facts.items()}
        mine = [f"{reason}: {count} nodes" for reason, count in reasons.items() if class_of(reason) is kind]
        others = (Class.CONTROL_PLANE, kind)
        rest = [f"{reason}: {count} nodes" for reason, count in reasons.items() if class_of(reason) not in others]
        yield Unplaced(ref, group, max(_share(each, kind) for each in group), mine, rest)


def likely(share: float) -> float:
    """How sure a reason is the cause by its share of the nodes: one that keeps a few nodes away is not it."""
    if share >= _NEARLY:
        return 0.9
    return 0.7 if share > 0.5 else 0.5 if share == 0.5 else 0.3


def suspicion(found: Unplaced, confidence: float, decides: str = "", facts: dict[str, str] | None = None) -> Suspicion:
    """The suspicion that this reason keeps the pods from the nodes."""
    return Suspicion(
        object=found.ref,
        confidence=confidence,
        supports=told(*found.symptoms),
        contradicts=[f"other nodes are ruled out otherwise: {', '.join(found.others)}"]
        if found.share < _NEARLY
        else [],
        explains=objects(found.symptoms),
        decides=decides,
        since=min(each.at for each in found.symptoms),
        facts=facts or {},
    )


def pods_of(scene: Scene, found: Unplaced) -> list[Pod]:
    """The pods that it is about."""
    names = set(objects(found.symptoms))
    return [pod for pod in scene.pods if f"pod/{pod.metadata.name}" in names]


def asked_for(scene: Scene, pod: Pod) -> list[Node]:
    """The nodes that a pod's node selector and required node affinity allow."""
    return [node for node in scene.nodes if _selected(pod, node) and _has_affinity(pod, node)]


def _share(symptom: Symptom, kind: Class) -> float:
    return shares({reason: int(count) for reason, count in symptom.facts.items()}).get(kind, 0.0)


def _selected(pod: Pod, node: Node) -> bool:
    return pod.spec.node_selector.items() <= node.metadata.labels.items()


def _has_affinity(pod: Pod, node: Node) -> bool:
    """Whether one of the terms is met, in each of its requirements."""
    required: dict[str, Any] = (pod.spec.affinity.get("nodeAffinity") or {}).get(_REQUIRED) or {}
    terms = required.get("nodeSelectorTerms") or []
    return not terms or any(_meets(term, node) for term in terms)


def _meets(term: dict[str, Any], node: Node) -> bool:
    wanted = [(_requirement(each), node.metadata.labels) for each in term.get("matchExpressions") or []]
    wanted += [(_requirement(each), {"metadata.name": node.metadata.name}) for each in term.get("matchFields") or []]
    return bool(wanted) and all(_holds(requirement, labels.get(requirement.key)) for requirement, labels in wanted)


def _requirement(written: dict[str, Any]) -> Requirement:
    return Requirement(key=written["key"], operator=written["operator"], values=written.get("values") or [])


def _holds(wanted: Requirement, value: str | None) -> bool:
    match wanted.operator:
        case "In":
            return value in wanted.values
        case "NotIn":
            return value not in wanted.values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt" | "Lt" if value is not None and value.lstrip("-").isdigit():
            apart = int(value) - int(wanted.values[0])
            return apart > 0 if wanted.operator == "Gt" else apart < 0
    return False
