"""A builder of timelines as a run leaves them: one small cluster whose story is told step by step. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from harness.expect.recovers import Recovers
from harness.faults.pod_delete import PodDelete
from harness.model.objects import (
    Condition,
    ContainerState,
    ContainerStatus,
    Event,
    InvolvedObject,
    Lean,
    Node,
    NodeSpec,
    NodeStatus,
    ObjectMeta,
    OwnerReference,
    Pod,
    PodSpec,
    PodStatus,
    Running,
    Taint,
    Terminated,
    Waiting,
    Workload,
    WorkloadSpec,
    WorkloadStatus,
)
from harness.model.scenario import Expectation, Fault, Scenario
from harness.model.timeline import (
    Anchor,
    AnyEntry,
    Broken,
    Change,
    Evidence,
    Gap,
    Header,
    Injected,
    Phase,
    Request,
    Undone,
)
from harness.model.units import Ref, Seconds, Selector

WEB = Ref("deployment/web")
CALENDAR = "2026-11-22T10:00:00Z"


def pod_delete(after: float = 0.0, **fields: Any) -> PodDelete:
    """The fault of most stories."""
    return PodDelete(select=Selector("app=web"), after=Seconds(after), **fields)


def recovers(within: float = 20.0, hold: float = 3.0, **fields: Any) -> Recovers:
    """The promise of most stories."""
    return Recovers(of=fields.pop("of", WEB), within=Seconds(within), hold=Seconds(hold), **fields)


def scenario(*expect: Expectation, faults: Iterable[Fault] | None = None) -> Scenario:
    """A scenario over the workload of the stories."""
    return Scenario(
        name="planted",
        why="A verdict must be right.",
        manifests=[{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {}}],
        faults=[pod_delete()] if faults is None else list(faults),
        expect=list(expect) or [recovers()],
    )


class Story:
    """Entries in the order in which they are told; `at` moves the clock. All objects are in one namespace."""

    def __init__(self, *, replicas: int = 4) -> None:
        self.entries: list[AnyEntry] = [
            Header(t=0.0, scenario={}, namespace="hp-web", cluster="hp-1", provider="kwok", started_at=CALENDAR)
        ]
        self.t = 0.0
        self.replicas = replicas
        self._known: dict[tuple[str, str], Lean] = {}

    def at(self, t: float) -> Self:
        """It is now `t`."""
        self.t = t
        return self

    def say(self, entry: AnyEntry) -> Self:
        """Any entry."""
        self.entries.append(entry)
        return self

    def show(self, resource: str, thing: Any) -> Self:
        """The watch delivers an object."""
        key = (resource, thing.metadata.name)
        op = "modified" if key in self._known else "added"
        self._known[key] = thing
        return self.say(Change(t=self.t, op=op, resource=resource, object=thing))

    def drop(self, resource: str, name: str) -> Self:
        """The watch says that an object is gone."""
        return self.say(Change(t=self.t, op="deleted", resource=resource, object=self._known.pop((resource, name))))

    def phase(self, name: str) -> Self:
        """A phase of the runner begins."""
        return self.say(Phase(t=self.t, name=name))

    def deployment(self, *, wants: int | None = None, generation: int = 1, seen: int = 1, updated: int = -1) -> Self:
        """The Deployment: its spec, and what its controller says of it."""
        wants = self.replicas if wants is None else wants
        return self.show(
            "deployments",
            Workload(
                metadata=ObjectMeta(name="web", uid="uid-web", generation=generation),
                spec=WorkloadSpec(replicas=wants),
                status=WorkloadStatus(observed_generation=seen, updated_replicas=wants if updated < 0 else updated),
            ),
        )

    def replicaset(self, name: str = "web-1", owner: str = "uid-web") -> Self:
        """A ReplicaSet of the Deployment, or with another `owner` of somebody else."""
        meta = ObjectMeta(name=name, uid=f"uid-{name}", generation=1, owner_references=owned(owner, "Deployment"))
        return self.show("replicasets", Workload(metadata=meta, spec=WorkloadSpec(replicas=self.replicas)))

    def pod(self, name: str, **fields: Any) -> Self:
        """A pod; see `a_pod`."""
        return self.show("pods", a_pod(name, **fields))

    def node(
        self,
        name: str = "node-1",
        *,
        cordoned: bool = False,
        taints: Iterable[Taint] = (),
        ready: str = "True",
        pressure: str = "False",
    ) -> Self:
        """A node; `ready` and `pressure` are the statuses of its conditions Ready and PIDPressure."""
        statuses = {"Ready": ready, "PIDPressure": pressure}
        status = NodeStatus(conditions=[Condition(type=kind, status=said) for kind, said in statuses.items()])
        spec = NodeSpec(unschedulable=cordoned, taints=list(taints))
        return self.show("nodes", Node(metadata=ObjectMeta(name=name, uid=f"uid-{name}"), spec=spec, status=status))

    def event(self, about: str, message: str, name: str = "event-1") -> Self:
        """An Event about an object."""
        meta = ObjectMeta(name=name, uid=f"uid-{name}")
        return self.show(
            "events",
            Event(metadata=meta, involved_object=InvolvedObject("Pod", about, f"uid-{about}"), message=message),
        )

    def baseline(self) -> Self:
        """Everything ready at 2 s, steady until the phase `inject` at 3 s."""
        self.at(0.1).phase("prepare").at(0.2).node().deployment(seen=0, updated=0).replicaset().at(0.3).phase(
            "baseline"
        )
        for number in range(self.replicas):
            self.at(0.4).pod(f"web-{number}", ready=False)
        for number in range(self.replicas):
            self.at(2.0).pod(f"web-{number}")
        return self.at(2.1).deployment().at(3.0).phase("inject")

    def injected(self, *anchors: Anchor, index: int = 0, fault: str = "pod-delete") -> Self:
        """The fault's call, on the very objects of its anchors, was acknowledged 10 ms after it was sent."""
        sent, targets = self.t - 0.01, [f"{anchor.resource}/{anchor.name}" for anchor in anchors]
        return self.say(Injected(t=self.t, index=index, fault=fault, sent=sent, targets=targets, anchors=list(anchors)))

    def kill(self, name: str, *, index: int = 0, visible_after: float = 0.12) -> Self:
        """A pod is deleted; the watch shows it terminating a moment later."""
        began = self.t
        uid = self._known["pods", name].metadata.uid  # type: ignore[attr-defined]
        self.injected(Anchor("pod-gone", "pods", name, uid), index=index)
        if visible_after >= 0:
            self.at(began + visible_after).pod(name, terminating=True, uid=uid)
        return self

    def heal(self, lost: str, fresh: str, at: float, **fields: Any) -> Self:
        """The ReplicaSet replaces a lost pod: created at once, the old one gone in a second, the new ready at `at`."""
        self.at(self.t + 0.02).pod(fresh, ready=False, **fields)
        gone_at = min(self.t + 1.0, at)
        return self.at(gone_at).drop("pods", lost).at(at).pod(fresh, **fields)

    def undo(self, at: float, *, error: str = "", indices: Iterable[int] = (0,)) -> Self:
        """The undo of the faults, acknowledged."""
        self.at(at).phase("undo")
        for index in indices:
            self.at(self.t + 0.01).say(Undone(t=self.t, index=index, sent=self.t - 0.01, error=error))
        return self

    def end(self, at: float, *, undone: Iterable[int] | None = (0,)) -> list[AnyEntry]:
        """The rest of an ordinary run, over at `at`; the whole timeline."""
        if undone is not None:
            self.undo(at - 0.3, indices=undone)
        self.at(at - 0.2).phase("converge").at(at - 0.1).phase("residue").at(at).phase("stop")
        return self.entries

    def gap(self, resource: str, since: float) -> Self:
        """The watch of a resource missed what happened until now."""
        return self.say(Gap(t=self.t, resource=resource, since=since, reason="410 Gone"))

    def evidence(self, *, bit: bool = True, index: int = 0) -> Self:
        """What another source says of the fault."""
        seen = "write failed: No space left on device" if bit else "the write went through"
        return self.say(Evidence(t=self.t, index=index, source="write through the mount", seen=seen, bit=bit))

    def broken(self, source: str, text: str) -> Self:
        """Something without which nothing can be trusted."""
        return self.say(Broken(t=self.t, source=source, text=text))

    def traffic(self, since: float, until: float, *, failing: tuple[float, float] = (0.0, 0.0)) -> Self:
        """Ten requests a second; those begun in `failing` are refused. Reported late: the clock stays."""
        for step in range(round(since * 10), round(until * 10)):
            began = step / 10
            error = "connection refused" if failing[0] <= began < failing[1] else ""
            self.say(Request(t=began + 0.005, service="web", began=began, error=error))
        return self


def owned(uid: str, kind: str = "ReplicaSet") -> list[OwnerReference]:
    """One controlling owner, or none."""
    return [OwnerReference(kind=kind, uid=uid, controller=True)] if uid else []


def a_pod(
    name: str,
    *,
    ready: bool = True,
    owner: str = "uid-web-1",
    uid: str = "",
    phase: str = "Running",
    terminating: bool = False,
    restarts: int = 0,
    waiting: str = "",
    exit_code: int | None = None,
) -> Pod:
    """A pod with one container, as the watch shows it."""
    state = ContainerState(running=Running())
    if waiting:
        state = ContainerState(waiting=Waiting(reason=waiting))
    elif exit_code is not None:
        state = ContainerState(terminated=Terminated(exit_code=exit_code))
    return Pod(
        metadata=ObjectMeta(
            name=name,
            uid=uid or f"uid-{name}",
            deletion_timestamp=CALENDAR if terminating else None,
            labels={"app": "web"},
            owner_references=owned(owner),
        ),
        spec=PodSpec(node_name="node-1"),
        status=PodStatus(
            phase=phase,
            conditions=[Condition(type="Ready", status="True" if ready else "False")],
            container_statuses=[ContainerStatus(name="web", ready=ready, restart_count=restarts, state=state)],
        ),
    )
