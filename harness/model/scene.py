"""The scene: a namespace and what is around it at one moment, with what is known of before. Judges nothing."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from harness.model.full.cluster import Claim, Event, Lease, Node, PersistentVolume, StorageClass, VolumeAttachment
from harness.model.full.network import EndpointSlice, NetworkPolicy, Service, WebhookConfiguration
from harness.model.full.pods import ContainerStatus, Pod
from harness.model.full.workloads import (
    Autoscaler,
    DisruptionBudget,
    Keys,
    LabelSelector,
    LimitRange,
    Named,
    Quota,
    Workload,
)
from harness.model.objects import Lean, ObjectMeta

FULL_TYPES: dict[str, type[Lean]] = {
    "pods": Pod,
    "deployments": Workload,
    "replicasets": Workload,
    "statefulsets": Workload,
    "daemonsets": Workload,
    "jobs": Workload,
    "services": Service,
    "endpointslices": EndpointSlice,
    "networkpolicies": NetworkPolicy,
    "configmaps": Keys,
    "secrets": Keys,
    "serviceaccounts": Named,
    "persistentvolumeclaims": Claim,
    "persistentvolumes": PersistentVolume,
    "storageclasses": StorageClass,
    "volumeattachments": VolumeAttachment,
    "resourcequotas": Quota,
    "limitranges": LimitRange,
    "poddisruptionbudgets": DisruptionBudget,
    "horizontalpodautoscalers": Autoscaler,
    "nodes": Node,
    "leases": Lease,
    "priorityclasses": Named,
    "namespaces": Named,
    "validatingwebhookconfigurations": WebhookConfiguration,
    "mutatingwebhookconfigurations": WebhookConfiguration,
    "events": Event,
}
"""Resource (plural) to the type that a scene keeps its objects in."""

T = TypeVar("T", bound=Lean)


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a container's log, newest line last; `previous` where it is the log of the container before."""

    namespace: str
    pod: str
    container: str
    previous: bool = False
    lines: list[str] = []


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was looked at beyond objects, by a read or by an isolation step.

    `kind` says what was asked (`api-health`, `volume-usage`, `throttling`, `node-process`, `packet-rules`,
    `dns-query`, `connection` …), `about` of whom (`node/worker`, `pod/web-1/main`, `volume/web-1/data`), `facts` what
    was found, in plain words and numbers, `good` whether that is as it should be (None where nobody can say),
    `source` how a person can look again.
    """

    kind: str
    about: str
    facts: dict[str, str] = {}
    good: bool | None = None
    source: str = ""


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A change that was seen happening: when (seconds since the epoch), of what, and what became different."""

    at: float
    object: str
    text: str


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What a diagnosis is made from.

    `at` is the API server's time of the reading, seconds since the epoch. `objects` holds, by resource, those of
    the namespace and the cluster's own; objects of other namespaces (`kube-system`, the backend of a webhook) are
    in `around`. `unseen` says what could not be read and why: nothing is concluded from its absence.
    """

    namespace: str
    at: float
    objects: dict[str, list[Any]] = {}
    around: dict[str, list[Any]] = {}
    logs: list[Log] = []
    looks: list[Look] = []
    past: list[Past] = []
    unseen: list[str] = []

    def all(self, resource: str, kind: type[T]) -> list[T]:
        """The objects of one resource, in the namespace (or the cluster's own)."""
        return [each for each in self.objects.get(resource, ()) if isinstance(each, kind)]

    def elsewhere(self, resource: str, kind: type[T], namespace: str = "kube-system") -> list[T]:
        """The objects of one resource in another namespace."""
        found = (each for each in self.around.get(resource, ()) if isinstance(each, kind))
        return [each for each in found if _meta(each).namespace == namespace]

    def saw(self, resource: str) -> bool:
        """Whether the resource could be read: only then its emptiness says something."""
        return resource in self.objects

    def named(self, resource: str, kind: type[T], name: str) -> T | None:
        """One object by its name."""
        return next((each for each in self.all(resource, kind) if _meta(each).name == name), None)

    @property
    def pods(self) -> list[Pod]:
        """The pods of the namespace."""
        return self.all("pods", Pod)

    @property
    def nodes(self) -> list[Node]:
        """The nodes of the cluster."""
        return self.all("nodes", Node)

    def node_of(self, pod: Pod) -> Node | None:
        """The node that a pod is bound to, where both are known."""
        return self.named("nodes", Node, pod.spec.node_name) if pod.spec.node_name else None

    def workloads(self) -> Iterator[tuple[str, Workload]]:
        """Each workload of the namespace with its reference, such as `deployment/web`."""
        for resource in ("deployments", "statefulsets", "daemonsets", "jobs"):
            for each in self.all(resource, Workload):
                yield f"{resource.removesuffix('s')}/{each.metadata.name}", each

    def owned(self, owner: ObjectMeta, resource: str, kind: type[T]) -> list[T]:
        """The objects of one resource that an object controls."""
        return [each for each in self.all(resource, kind) if _meta(each).controller_uid == owner.uid]

    def pods_of(self, workload: Workload) -> list[Pod]:
        """The pods of a workload, by way of its ReplicaSets too."""
        sets = self.owned(workload.metadata, "replicasets", Workload)
        owners = [workload.metadata, *(each.metadata for each in sets)]
        return [pod for owner in owners for pod in self.owned(owner, "pods", Pod)]

    def owner_of(self, pod: Pod) -> str:
        """The workload that a pod belongs to, such as `deployment/web`; '' where nobody controls it."""
        uid = pod.metadata.controller_uid
        for each in self.all("replicasets", Workload):
            if each.metadata.uid == uid and each.metadata.controller_uid:
                uid = each.metadata.controller_uid
        return next((ref for ref, each in self.workloads() if uid and each.metadata.uid == uid), "")

    def events_of(self, name: str, *, uid: str = "", reasons: tuple[str, ...] = ()) -> list[Event]:
        """The Events about an object of this name (and, where given, this uid), newest first.

        Their times are whole seconds: within one the API server's own order of writing decides.
        """
        events = [
            event
            for event in self.all("events", Event)
            if event.involved_object.name == name
            and uid in ("", event.involved_object.uid)
            and (not reasons or event.reason in reasons)
        ]
        return sorted(events, key=lambda event: (last_seen(event), _written(event)), reverse=True)

    def log_of(self, pod: str, container: str = "") -> list[str]:
        """The lines of a pod's logs, those of ended containers first."""
        logs = [log for log in self.logs if log.pod == pod and container in ("", log.container)]
        return [line for log in sorted(logs, key=lambda log: not log.previous) for line in log.lines]

    def looked(self, kind: str, about: str = "") -> list[Look]:
        """The looks of one kind, of one subject or of all."""
        return [look for look in self.looks if look.kind == kind and about in ("", look.about)]

    def age(self, stamp: str | None) -> float:
        """Seconds between a time stamp of Kubernetes and the reading; infinite where there is none."""
        return self.at - seconds_of(stamp) if stamp else float("inf")


def _written(event: Event) -> int:
    """The place of the Event's newest writing among all writings; 0 where it is told in another way."""
    version = event.metadata.resource_version
    return int(version) if version.isdigit() else 0


def containers_of(pod: Pod) -> list[ContainerStatus]:
    """The statuses of all its containers, init containers first."""
    return [*pod.status.init_container_statuses, *pod.status.container_statuses]


def selects(selector: LabelSelector | None, labels: dict[str, str]) -> bool:
    """Whether a label selector matches; None matches nothing, an empty one everything."""
    if selector is None:
        return False
    if any(labels.get(key) != value for key, value in selector.match_labels.items()):
        return False
    held = {
        "In": lambda values, value: value in values,
        "NotIn": lambda values, value: value not in values,
        "Exists": lambda values, value: value is not None,
        "DoesNotExist": lambda values, value: value is None,
    }
    return all(held[each.operator](each.values, labels.get(each.key)) for each in selector.match_expressions)


def last_seen(event: Event) -> float:
    """When an Event was last reported, seconds since the epoch; 0 where it does not say."""
    series = str((event.series or {}).get("lastObservedTime") or "")
    stamp = series or event.last_timestamp or event.event_time or event.first_timestamp
    return seconds_of(stamp or event.metadata.creation_timestamp)


def times(event: Event) -> int:
    """How often an Event was reported."""
    return int((event.series or {}).get("count") or event.count or 1)


def seconds_of(stamp: str | None) -> float:
    """A time stamp of Kubernetes (RFC 3339) as seconds since the epoch; 0 for none."""
    return datetime.datetime.fromisoformat(stamp).timestamp() if stamp else 0.0


def _meta(thing: Lean) -> ObjectMeta:
    meta: ObjectMeta = thing.metadata  # type: ignore[attr-defined]  # every type of a scene has it
    return meta
