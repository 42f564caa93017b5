"""Who healed it: from ownerReferences, managedFields, conditions and Events between fault and recovery."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from harness.anatomy.facts import writers
from harness.anatomy.reaction import OWN_MANAGER, meta_before
from harness.anatomy.sightings import Sighting
from harness.anatomy.windows import Window
from harness.model.anatomy import Healer
from harness.model.objects import Claim, Event, Node, Pod
from harness.model.timeline import AnyEntry, Undone

UNKNOWN, UNDO = "unknown", "healproof's undo"
RULE_MANAGER = f"{OWN_MANAGER}-rule"
"""The field manager of what remediation rules write."""
_EVICTIONS = {
    "DeletionByTaintManager": "node lifecycle",
    "DeletionByPodGC": "pod garbage collector",
}
"""Reason of a pod's condition DisruptionTarget to who deletes it; the other reasons are damage, not healing."""
_COMPONENTS = ("kube-", "kubelet", "kwok", "k3s", "cloud-controller", OWN_MANAGER)
"""How the field managers of Kubernetes' own components begin."""


def healers_of(sightings: Sequence[Sighting], entries: Sequence[AnyEntry], window: Window) -> list[Healer]:
    """Who took part, each once with the first thing that says so, in order of time; `unknown` where none does.

    Where nothing recovered these are the ones that tried, and nobody is unknown; where nothing broke there is none.
    """
    if not window.broken:
        return []
    seen = [s for s in sightings if window.sent < s.t <= window.horizon]
    born = {s.meta.uid for s in seen if s.op == "added" and s.before is None}
    found = [(s.t, healer) for s in seen for rule in _RULES for healer in rule(s, born)]
    for entry in entries:
        if isinstance(entry, Undone) and not entry.error and window.sent <= entry.sent < window.horizon:
            found.append((entry.sent, Healer(UNDO, "the fault was put back before it was whole")))
    first: dict[str, Healer] = {}
    for _, healer in sorted(found, key=lambda pair: pair[0]):
        first.setdefault(healer.name, healer)
    if not first and window.recovered_at is not None:
        return [Healer(UNKNOWN, "no owner, field manager, condition or Event tells")]
    return list(first.values())


def _by_owner(sighting: Sighting, born: set[str]) -> Iterator[Healer]:
    """A new pod is its controller's work; a ReplicaSet that is new or scaled is the Deployment's: a roll-out."""
    did = "was created" if sighting.op == "added" and sighting.before is None else ""
    if sighting.resource == "replicasets" and sighting.before is not None and sighting.op != "deleted":
        did = next((found.words for found in sighting.differences if found.path == "spec.replicas"), "")
    if did and sighting.resource in ("pods", "replicasets"):
        for owner in sighting.meta.owner_references:
            if owner.controller:
                yield Healer(owner.kind, f"{sighting.name} {did}, owned by {owner.kind} {owner.name}".rstrip())


def _by_restart(sighting: Sighting, born: set[str]) -> Iterator[Healer]:
    """A container that is started in a pod of before is the kubelet's work; in a new pod it is part of its start."""
    now, before = sighting.thing, sighting.before
    if not isinstance(now, Pod) or not isinstance(before, Pod) or sighting.meta.uid in born:
        return
    if now.restarts > before.restarts:
        yield Healer("kubelet", f"{sighting.name}: restartCount {before.restarts} → {now.restarts}, same uid")
    elif now.running and not before.running:
        yield Healer("kubelet", f"{sighting.name}: a container that had waited was started, same uid")


def _by_scheduler(sighting: Sighting, born: set[str]) -> Iterator[Healer]:
    """A pod that had been unschedulable was bound: its binding was what was waited for."""
    now, before = sighting.thing, sighting.before
    if not isinstance(now, Pod) or not isinstance(before, Pod) or not now.spec.node_name or before.spec.node_name:
        return
    if any(c.type == "PodScheduled" and c.status == "False" for c in before.status.conditions):
        yield Healer("scheduler", f"{sighting.name} was unschedulable and was bound to {now.spec.node_name}")


def _by_eviction(sighting: Sighting, born: set[str]) -> Iterator[Healer]:
    """Pods of a node that is away are deleted by the node lifecycle's taints, or by the garbage collector."""
    if isinstance(sighting.thing, Pod):
        for condition in sighting.thing.status.conditions:
            if condition.type == "DisruptionTarget" and condition.reason in _EVICTIONS:
                yield Healer(_EVICTIONS[condition.reason], f"{sighting.name}: DisruptionTarget {condition.reason}")
    if isinstance(sighting.thing, Event) and sighting.thing.reason == "TaintManagerEviction":
        yield Healer("node lifecycle", f"event TaintManagerEviction about pod {sighting.thing.involved_object.name}")


def _by_return(sighting: Sighting, born: set[str]) -> Iterator[Healer]:
    """A node that reports itself Ready again, a claim that is bound."""
    now, before = sighting.thing, sighting.before
    if isinstance(now, Node) and isinstance(before, Node) and _ready(now) and not _ready(before):
        yield Healer("kubelet", f"{sighting.name} is Ready again, as its kubelet reports")
    if isinstance(now, Claim) and isinstance(before, Claim) and now.status.phase == "Bound" != before.status.phase:
        yield Healer("persistent volume controller", f"{sighting.name} is Bound")


def _by_scaling(sighting: Sighting, born: set[str]) -> Iterator[Healer]:
    event = sighting.thing
    scaler = isinstance(event, Event) and event.involved_object.kind == "HorizontalPodAutoscaler"
    if scaler and isinstance(event, Event) and event.reason == "SuccessfulRescale":
        yield Healer("HPA", f"event SuccessfulRescale about {event.involved_object.name}")


def _by_writer(sighting: Sighting, born: set[str]) -> Iterator[Healer]:
    """Who changed a spec and is none of Kubernetes' own components: a rule of healproof, or a human or other client."""
    if isinstance(sighting.thing, Event) or sighting.before is None or sighting.op == "deleted":
        return
    for manager, subresource in sorted(writers(meta_before(sighting), sighting.meta)):
        wrote = f"managedFields of {sighting.name}: {manager} wrote {subresource or 'spec or metadata'}"
        if manager == RULE_MANAGER:
            yield Healer("remediation rule", wrote)
        elif subresource in ("", "scale") and not manager.startswith(_COMPONENTS):
            yield Healer(f"another client ({manager})", wrote)


def _ready(node: Node) -> bool:
    return any(condition.type == "Ready" and condition.status == "True" for condition in node.status.conditions)


_RULES: Sequence[Callable[[Sighting, set[str]], Iterator[Healer]]] = (
    _by_owner,
    _by_restart,
    _by_scheduler,
    _by_eviction,
    _by_return,
    _by_scaling,
    _by_writer,
)
