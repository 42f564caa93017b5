"""Stories of recoveries told moment by moment, as a real cluster's watch shows them. Judges nothing."""

from __future__ import annotations

from typing import Any, Self

import msgspec
from timelines import Story, a_pod, scenario

from harness.anatomy.recoveries import recoveries_of
from harness.judge import judge
from harness.model.anatomy import Anatomy
from harness.model.objects import (
    Condition,
    ContainerState,
    Endpoint,
    EndpointConditions,
    EndpointSlice,
    Event,
    InvolvedObject,
    ManagedFields,
    ObjectMeta,
    Pod,
    PodSpec,
    TargetRef,
    Waiting,
)
from harness.model.scenario import Expectation, Fault
from harness.model.timeline import AnyEntry, Written


class Told(Story):
    """A story with the small steps of a pod's start."""

    def begun(self, name: str, **fields: Any) -> Self:
        """A new pod, not yet on a node."""
        return self.show("pods", _unbound(a_pod(name, ready=False, waiting="ContainerCreating", **fields)))

    def bound(self, name: str, **fields: Any) -> Self:
        """The scheduler has chosen its node."""
        return self.pod(name, ready=False, waiting="ContainerCreating", **fields)

    def pulled(self, name: str, message: str = "Successfully pulled image") -> Self:
        """The kubelet's Event about its image."""
        return self.tell("Pulled", "Pod", name, message=message)

    def tell(
        self, reason: str, kind: str, name: str, *, uid: str = "", kind_of: str = "Normal", message: str = ""
    ) -> Self:
        """Any Event."""
        meta = ObjectMeta(name=f"{name}.{reason}.{self.t}", uid=f"uid-{name}-{reason}-{self.t}")
        about = InvolvedObject(kind, name, uid or f"uid-{name}")
        return self.show(
            "events", Event(metadata=meta, involved_object=about, reason=reason, type=kind_of, message=message)
        )

    def started(self, name: str, **fields: Any) -> Self:
        """Its containers run, its probe has not yet succeeded."""
        return self.pod(name, ready=False, **fields)

    def endpoints(self, *ready: str, gone: tuple[str, ...] = ()) -> Self:
        """The EndpointSlice of service web."""
        endpoints = [
            Endpoint(
                [f"10.0.0.{number}"], EndpointConditions(ready=name not in gone), TargetRef("Pod", name, f"uid-{name}")
            )
            for number, name in enumerate([*ready, *gone])
        ]
        meta = ObjectMeta(name="web-x", uid="uid-web-x", labels={"kubernetes.io/service-name": "web"})
        return self.show("endpointslices", EndpointSlice(metadata=meta, endpoints=endpoints))

    def wrote(self, resource: str, name: str, manager: str, subresource: str = "") -> Self:
        """The same object again, with one more writer among its managedFields."""
        thing = self._known[resource, name]
        meta: ObjectMeta = thing.metadata  # type: ignore[attr-defined]
        fields = [*meta.managed_fields, ManagedFields(manager, subresource, f"at {self.t}")]
        fresh = msgspec.structs.replace(meta, managed_fields=fields)
        return self.show(resource, msgspec.structs.replace(thing, metadata=fresh))

    def written(self, name: str, uid: str, version: str) -> Self:
        """The harness wrote an object and had the answer now."""
        return self.say(Written(t=self.t, sent=self.t - 0.01, resource="pods", name=name, uid=uid, version=version))


def replaced(ready: float = 6.0) -> Told:
    """The pod web-0 is killed at 4 s and replaced: every moment is shown."""
    story = Told().baseline()
    inject = story.entries.pop()
    story.at(2.5).endpoints("web-0", "web-1", "web-2", "web-3").say(inject)
    story.at(4.0).kill("web-0").at(4.15).endpoints("web-1", "web-2", "web-3", gone=("web-0",))
    story.at(4.2).begun("web-9").at(4.3).bound("web-9").at(4.8).pulled("web-9").at(5.0).started("web-9")
    story.at(5.2).drop("pods", "web-0").at(ready).pod("web-9")
    return story.at(ready + 0.1).endpoints("web-1", "web-2", "web-3", "web-9")


def recoveries(entries: list[AnyEntry], *expect: Expectation, faults: list[Fault] | None = None) -> list[Anatomy]:
    """What is said of a story."""
    told = scenario(*expect, faults=faults)
    return recoveries_of(told, entries, judge(told, entries))


def steps(anatomy: Anatomy) -> list[tuple[str, float]]:
    """The moments with their times."""
    return [(str(moment.step), round(moment.t, 3)) for moment in anatomy.moments]


def numbers(anatomy: Anatomy) -> dict[str, tuple[float, float, bool]]:
    """Value, error and whether it is a bound, by name."""
    return {m.name: (round(m.value, 3), round(m.error, 3), m.censored) for m in anatomy.measures}


def healers(anatomy: Anatomy) -> list[str]:
    """Who took part."""
    return [healer.name for healer in anatomy.healers]


def unschedulable(name: str) -> Pod:
    """A pod that the scheduler found no node for."""
    pod = _unbound(a_pod(name, ready=False, phase="Pending"))
    conditions = [*pod.status.conditions, Condition(type="PodScheduled", status="False", message="0/1 nodes fit")]
    return msgspec.structs.replace(pod, status=msgspec.structs.replace(pod.status, conditions=conditions))


def _unbound(pod: Pod) -> Pod:
    statuses = [
        msgspec.structs.replace(s, state=ContainerState(waiting=Waiting())) for s in pod.status.container_statuses
    ]
    status = msgspec.structs.replace(pod.status, container_statuses=statuses, phase="Pending")
    return msgspec.structs.replace(pod, spec=PodSpec(), status=status)
