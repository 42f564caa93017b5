"""The few fields of Kubernetes objects that verdicts need, in Kubernetes' own words and nesting.

A watch event is decoded into these (unknown fields are skipped, which is what makes decoding lean), written to
the timeline in this form, and read back from it offline.
"""

from __future__ import annotations

import msgspec


class Lean(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Base of every lean object: camelCase keys as in Kubernetes, absent fields take their defaults."""


class OwnerReference(Lean, frozen=True):
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool = False


class ManagedFields(Lean, frozen=True):
    """Who wrote last to a part of an object; which fields is left out."""

    manager: str = ""
    subresource: str = ""
    time: str | None = None


class ObjectMeta(Lean, frozen=True):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: list[OwnerReference] = []
    finalizers: list[str] = []
    managed_fields: list[ManagedFields] = []

    @property
    def controller_uid(self) -> str:
        """The uid of the controller that owns it, or an empty string."""
        return next((owner.uid for owner in self.owner_references if owner.controller), "")


class Condition(Lean, frozen=True):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: str | None = None


class Waiting(Lean, frozen=True):
    reason: str = ""
    message: str = ""


class Running(Lean, frozen=True):
    started_at: str | None = None


class Terminated(Lean, frozen=True):
    exit_code: int = 0
    signal: int = 0
    reason: str = ""
    message: str = ""
    started_at: str | None = None
    finished_at: str | None = None
    container_id: str = msgspec.field(default="", name="containerID")


class ContainerState(Lean, frozen=True):
    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(Lean, frozen=True):
    name: str = ""
    ready: bool = False
    restart_count: int = 0
    container_id: str = msgspec.field(default="", name="containerID")
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()


class ClaimSource(Lean, frozen=True):
    claim_name: str = ""


class PodVolume(Lean, frozen=True):
    name: str = ""
    persistent_volume_claim: ClaimSource | None = None


class PodSpec(Lean, frozen=True):
    node_name: str = ""
    volumes: list[PodVolume] = []
    restart_policy: str = "Always"


class PodStatus(Lean, frozen=True):
    phase: str = ""
    reason: str = ""
    message: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    conditions: list[Condition] = []
    init_container_statuses: list[ContainerStatus] = []
    container_statuses: list[ContainerStatus] = []


class Pod(Lean, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def terminating(self) -> bool:
        """Whether deletion was asked for."""
        return self.metadata.deletion_timestamp is not None

    @property
    def over(self) -> bool:
        """Whether its containers have ended for good: nothing will start them again."""
        return self.status.phase in ("Succeeded", "Failed")

    @property
    def active(self) -> bool:
        """Neither terminating nor over: a pod that its controller counts."""
        return not self.terminating and not self.over

    @property
    def ready(self) -> bool:
        """Whether the Ready condition is True; a terminating pod's may be, so look at `terminating` too."""
        return any(c.type == "Ready" and c.status == "True" for c in self.status.conditions)

    @property
    def running(self) -> bool:
        """Whether every container has been started and has not ended."""
        statuses = self.status.container_statuses
        return bool(statuses) and all(status.state.running is not None for status in statuses)

    @property
    def restarts(self) -> int:
        """Restarts of all its containers so far."""
        return sum(status.restart_count for status in self.status.container_statuses)


class LabelSelector(Lean, frozen=True):
    match_labels: dict[str, str] = {}


class WorkloadSpec(Lean, frozen=True):
    """The spec of a Deployment, ReplicaSet, StatefulSet, DaemonSet or Job, as far as verdicts need it."""

    replicas: int | None = None
    completions: int | None = None
    selector: LabelSelector | None = None


class WorkloadStatus(Lean, frozen=True):
    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    updated_replicas: int = 0
    number_ready: int = 0
    desired_number_scheduled: int = 0
    updated_number_scheduled: int = 0
    succeeded: int = 0
    current_revision: str = ""
    update_revision: str = ""
    conditions: list[Condition] = []


class Workload(Lean, frozen=True):
    """A Deployment, ReplicaSet, StatefulSet, DaemonSet or Job."""

    metadata: ObjectMeta = ObjectMeta()
    spec: WorkloadSpec = WorkloadSpec()
    status: WorkloadStatus = WorkloadStatus()


class Taint(Lean, frozen=True):
    key: str = ""
    value: str = ""
    effect: str = ""


class NodeSpec(Lean, frozen=True):
    unschedulable: bool = False
    taints: list[Taint] = []


class NodeStatus(Lean, frozen=True):
    allocatable: dict[str, str] = {}
    conditions: list[Condition] = []


class Node(Lean, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()


class EndpointConditions(Lean, frozen=True):
    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class TargetRef(Lean, frozen=True):
    kind: str = ""
    name: str = ""
    uid: str = ""


class Endpoint(Lean, frozen=True):
    addresses: list[str] = []
    conditions: EndpointConditions = EndpointConditions()
    target_ref: TargetRef | None = None


class EndpointSlice(Lean, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    endpoints: list[Endpoint] | None = None


class ClaimStatus(Lean, frozen=True):
    phase: str = ""


class ClaimSpec(Lean, frozen=True):
    volume_name: str = ""


class Claim(Lean, frozen=True):
    """A PersistentVolumeClaim."""

    metadata: ObjectMeta = ObjectMeta()
    spec: ClaimSpec = ClaimSpec()
    status: ClaimStatus = ClaimStatus()


class InvolvedObject(Lean, frozen=True):
    kind: str = ""
    name: str = ""
    uid: str = ""


class EventSource(Lean, frozen=True):
    component: str = ""
    host: str = ""


class Event(Lean, frozen=True):
    """A core/v1 Event."""

    metadata: ObjectMeta = ObjectMeta()
    involved_object: InvolvedObject = InvolvedObject()
    reason: str = ""
    message: str = ""
    type: str = ""
    count: int | None = None
    source: EventSource = EventSource()
    reporting_component: str = ""


AnyObject = Pod | Workload | Node | EndpointSlice | Claim | Event

LEAN_TYPES: dict[str, type[Lean]] = {
    "pods": Pod,
    "deployments": Workload,
    "replicasets": Workload,
    "statefulsets": Workload,
    "daemonsets": Workload,
    "jobs": Workload,
    "nodes": Node,
    "endpointslices": EndpointSlice,
    "persistentvolumeclaims": Claim,
    "events": Event,
}
"""Resource name (plural, lower case) to the type that its objects are decoded into."""
