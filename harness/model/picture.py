"""The picture: what the cluster looked like at a point of the timeline, folded from its entries one by one."""

from __future__ import annotations

from typing import NamedTuple

from harness.model.anchors import Awaited, is_named, meta_of, reached
from harness.model.lag import Lag
from harness.model.objects import Claim, EndpointSlice, Event, Lean, Node, Pod, Workload
from harness.model.owners import Owners
from harness.model.sight import Sight
from harness.model.timeline import Anchor, AnyEntry, Broken, Change, Evidence, Injected, Phase, Undone, Written
from harness.model.units import Ref

_PLURALS = {
    "deployment": "deployments",
    "statefulset": "statefulsets",
    "daemonset": "daemonsets",
    "job": "jobs",
    "pod": "pods",
    "node": "nodes",
    "persistentvolumeclaim": "persistentvolumeclaims",
}

HEALTH_KINDS = tuple(_PLURALS)
"""The kinds of which `Picture.health` can say something."""
REPLICA_KINDS = ("deployment", "statefulset", "daemonset")
"""The kinds that keep a number of pods."""


class Health(NamedTuple):
    """How a workload stands: ready pods that are not terminating, pods wanted, and why it is not whole (or '')."""

    ready: int
    desired: int
    lacks: str

    @property
    def whole(self) -> bool:
        """Whether nothing lacks."""
        return not self.lacks


class Picture:
    """Folded state; `see` each entry in order, then ask. Knows nothing later than the last entry seen.

    `faults` is how many injections the scenario has, each round one, so that it can be told whether all have been done.
    """

    def __init__(self, faults: int = 0) -> None:
        self.faults = faults
        self.phases: dict[str, float] = {}
        self.injected: dict[int, Injected] = {}
        self.undone: dict[int, Undone] = {}
        self.evidence: list[Evidence] = []
        self.sight = Sight(self.injected, self.undone)
        self.bitten: dict[int, float] = {}
        self.lag = Lag()
        self._objects: dict[str, dict[str, Lean]] = {}
        self._owners = Owners()
        self._awaited: dict[int, Awaited] = {}
        self._pinned: dict[Ref, int] = {}

    def see(self, entry: AnyEntry) -> None:
        """Fold one entry."""
        match entry:
            case Change():
                self._change(entry)
            case Phase():
                self._phase(entry)
            case Injected():
                self._inject(entry)
            case Written():
                self.lag.expect(entry)
            case Evidence():
                self.evidence.append(entry)
            case Undone():
                self.undone[entry.index] = entry
            case _:
                self.sight.see(entry)

    @property
    def all_injected(self) -> bool:
        """Whether every fault of the scenario has been injected; recovery from an earlier one proves nothing."""
        return len(self.injected) >= self.faults

    @property
    def all_undone(self) -> bool:
        """Whether every fault of the scenario has been injected and put back, however that went."""
        return self.all_injected and self.injected.keys() <= self.undone.keys()

    @property
    def broken(self) -> list[Broken]:
        """What makes going on pointless."""
        return self.sight.broken

    def get(self, ref: Ref) -> Lean | None:
        """An object by its reference, or None where the watch does not have it."""
        return self._objects.get(_PLURALS.get(ref.kind, ""), {}).get(ref.name)

    def pods(self) -> list[Pod]:
        """All pods of the namespace; safe to call while another thread folds."""
        return [pod for pod in list(self._objects.get("pods", {}).values()) if isinstance(pod, Pod)]

    def pods_of(self, ref: Ref) -> list[Pod]:
        """The pods that a workload owns, terminating ones included; for a pod reference that pod.

        Safe to call while another thread folds.
        """
        owner = self.get(ref)
        if owner is None:
            return []
        if isinstance(owner, Pod):
            return [owner]
        return self._owners.pods_of(meta_of(owner).uid)

    def workloads(self) -> list[Ref]:
        """All workloads of the namespace; safe to call while another thread folds."""
        return [Ref(f"{k}/{n}") for k in (*REPLICA_KINDS, "job") for n in list(self._objects.get(_PLURALS[k], ()))]

    def ready_endpoints(self, service: str) -> int:
        """How many ready endpoint addresses a Service has."""
        return sum(
            len(endpoint.addresses)
            for slice_ in self._objects.get("endpointslices", {}).values()
            if isinstance(slice_, EndpointSlice) and slice_.metadata.labels.get("kubernetes.io/service-name") == service
            for endpoint in slice_.endpoints or []
            if endpoint.conditions.ready is not False
        )

    def health(self, ref: Ref) -> Health:
        """How a workload stands against the replica count pinned before the fault (or its own spec before that)."""
        owner = self.get(ref)
        if owner is None:
            return Health(0, self._pinned.get(ref, 1), f"{ref} does not exist")
        if isinstance(owner, Pod):
            fit = owner.ready and not owner.terminating
            return Health(int(fit), 1, "" if fit else f"pod {ref.name} is {_pod_state(owner)}")
        if isinstance(owner, Node):
            return _node_health(owner)
        if isinstance(owner, Claim):
            bound = owner.status.phase == "Bound"
            return Health(int(bound), 1, "" if bound else f"claim {ref.name} is {owner.status.phase or 'unknown'}")
        if not isinstance(owner, Workload):
            return Health(0, 1, f"{ref} has no health")
        return self._workload_health(ref, owner)

    def steady(self, ref: Ref) -> str:
        """What a workload lacks to be a baseline; a Job lacks nothing once a pod of it runs, or it is complete."""
        health = self.health(ref)
        if ref.kind == "job" and any(pod.ready and not pod.terminating for pod in self.pods_of(ref)):
            return ""
        return health.lacks

    def node_marks(self) -> dict[str, list[str]]:
        """Cordon, taints (none that Kubernetes sets and lifts by condition), `not ready` and pressure of each node."""
        marks = {}
        for node in list(self._objects.get("nodes", {}).values()):
            if isinstance(node, Node):
                taints = [f"{taint.key}={taint.value}:{taint.effect}" for taint in node.spec.taints]
                kept = sorted(taint for taint in taints if not taint.startswith("node.kubernetes.io/"))
                kept += ["cordoned"] if node.spec.unschedulable else []
                down = any(c.type == "Ready" and c.status != "True" for c in node.status.conditions)
                kept += [c.type for c in node.status.conditions if c.type.endswith("Pressure") and c.status == "True"]
                marks[node.metadata.name] = kept + (["not ready"] if down else [])
        return marks

    def describe(self, ref: Ref) -> str:
        """The last state seen of a workload and its pods, for failure texts."""
        pods = sorted(self.pods_of(ref), key=lambda pod: pod.metadata.name)
        health = self.health(ref)
        lines = [f"{ref}: {health.ready} of {health.desired} ready"]
        lines += [f"  pod {pod.metadata.name} on {pod.spec.node_name or 'no node'}: {_pod_state(pod)}" for pod in pods]
        return "\n".join(lines)

    def events(self) -> list[Event]:
        """The Events seen, in the order in which they were first seen."""
        return [event for event in self._objects.get("events", {}).values() if isinstance(event, Event)]

    def _workload_health(self, ref: Ref, owner: Workload) -> Health:
        if ref.kind == "job":
            wanted = owner.spec.completions or 1
            return Health(owner.status.succeeded, wanted, _short(owner.status.succeeded, wanted, "completions"))
        spec_wants = owner.status.desired_number_scheduled if ref.kind == "daemonset" else owner.spec.replicas
        wants = 1 if spec_wants is None else spec_wants
        desired = self._pinned.get(ref, wants)
        active, ready = self._owners.standing(owner.metadata.uid)
        updated = owner.status.updated_number_scheduled if ref.kind == "daemonset" else owner.status.updated_replicas
        lacks = ""
        if owner.status.observed_generation < owner.metadata.generation:
            lacks = f"{ref}: its controller has not yet seen generation {owner.metadata.generation}"
        elif wants != desired:
            lacks = f"{ref} wants {wants} pods now, before the fault it wanted {desired}"
        elif desired == 0:
            lacks = f"{ref} wants no pods: nothing can be said of it"
        elif ready < desired:
            lacks = f"{ref} has {ready} of {desired} pods ready"
        elif active > desired:
            lacks = f"{ref} still has {active} pods, wanted are {desired}"
        elif updated < desired:
            lacks = f"{ref} has {updated} of {desired} pods on its newest template"
        return Health(ready, desired, lacks)

    def _phase(self, entry: Phase) -> None:
        """At the first injection hold on to how many pods each workload wants: recovery is measured against that."""
        if entry.name == "inject" and entry.name not in self.phases:
            for kind in REPLICA_KINDS:
                for name in self._objects.get(_PLURALS[kind], {}):
                    ref = Ref(f"{kind}/{name}")
                    self._pinned[ref] = self.health(ref).desired
        self.phases.setdefault(entry.name, entry.t)

    def _change(self, entry: Change) -> None:
        thing: Lean = entry.object
        meta = meta_of(thing)
        objects = self._objects.setdefault(entry.resource, {})
        before = objects.get(meta.name)
        if entry.op != "deleted":
            objects[meta.name] = thing
        elif before is not None and meta_of(before).uid == meta.uid:  # a successor of that name may be here already
            del objects[meta.name]
        if isinstance(thing, Pod):
            self._owners.pod(thing, gone=entry.op == "deleted")
        elif entry.resource == "replicasets" and isinstance(thing, Workload):
            self._owners.replica_set(thing, gone=entry.op == "deleted")
        self.lag.show(entry)
        for index, awaited in self._awaited.items():
            for anchor in awaited.shown_by(entry):
                self.lag.reach(self.injected[index], anchor, entry.t)
            self._maybe_bitten(index, entry.t)

    def _inject(self, entry: Injected) -> None:
        self.injected[entry.index] = entry
        self._awaited[entry.index] = Awaited(a for a in entry.anchors if not self._already(a))
        self._maybe_bitten(entry.index, entry.t)

    def _already(self, anchor: Anchor) -> bool:
        if anchor.kind == "event":
            return False  # an Event of the same words from before the injection proves nothing
        things = self._objects.get(anchor.resource, {})
        if anchor.kind == "pod-gone" and anchor.name not in things:
            return True
        if anchor.kind == "no-endpoints":
            return not self.ready_endpoints(anchor.name)
        if is_named(anchor):
            things = {anchor.name: things[anchor.name]} if anchor.name in things else {}
        changes = (Change(t=0.0, op="modified", resource=anchor.resource, object=thing) for thing in things.values())
        return any(reached(anchor, change) for change in changes)

    def _maybe_bitten(self, index: int, t: float) -> None:
        if self.injected[index].anchors and not self._awaited[index]:
            self.bitten.setdefault(index, t)


def _node_health(node: Node) -> Health:
    ready = any(c.type == "Ready" and c.status == "True" for c in node.status.conditions)
    lacks = "" if ready else f"node {node.metadata.name} is not Ready"
    if ready and node.spec.unschedulable:
        lacks = f"node {node.metadata.name} is cordoned"
    return Health(int(ready), 1, lacks)


def _short(have: int, want: int, noun: str) -> str:
    return f"{have} of {want} {noun}" if have < want else ""


def _pod_state(pod: Pod) -> str:
    words = ["terminating"] if pod.terminating else []
    words.append("ready" if pod.ready else "not ready")
    for status in pod.status.container_statuses:
        if status.state.waiting is not None:
            words.append(f"{status.name} waiting: {status.state.waiting.reason or 'no reason given'}")
        elif status.state.terminated is not None:
            words.append(f"{status.name} terminated: exit code {status.state.terminated.exit_code}")
        if status.restart_count:
            words.append(f"{status.name} restarted {status.restart_count} times")
    if not pod.status.container_statuses:
        words.append(pod.status.phase or "no phase")
    return ", ".join(words)
