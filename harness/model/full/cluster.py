"""Nodes, volumes and leases, as a diagnosis reads them."""

from __future__ import annotations

from typing import Any

from harness.model import objects
from harness.model.objects import Condition, Lean, ObjectMeta


class NodeStatus(objects.NodeStatus, frozen=True):
    capacity: dict[str, str] = {}


class Node(objects.Node, frozen=True):
    status: NodeStatus = NodeStatus()

    @property
    def ready(self) -> bool:
        """Whether the Ready condition is True."""
        return any(c.type == "Ready" and c.status == "True" for c in self.status.conditions)


class ClaimResources(Lean, frozen=True):
    requests: dict[str, str] = {}


class ClaimSpec(objects.ClaimSpec, frozen=True):
    storage_class_name: str | None = None
    access_modes: list[str] = []
    resources: ClaimResources = ClaimResources()


class ClaimStatus(objects.ClaimStatus, frozen=True):
    conditions: list[Condition] = []


class Claim(objects.Claim, frozen=True):
    """A PersistentVolumeClaim."""

    spec: ClaimSpec = ClaimSpec()
    status: ClaimStatus = ClaimStatus()


class ClaimRef(Lean, frozen=True):
    namespace: str = ""
    name: str = ""
    uid: str = ""


class PersistentVolumeSpec(Lean, frozen=True):
    storage_class_name: str = ""
    claim_ref: ClaimRef | None = None
    persistent_volume_reclaim_policy: str = ""
    node_affinity: dict[str, Any] = {}


class PersistentVolumeStatus(Lean, frozen=True):
    phase: str = ""
    message: str = ""


class PersistentVolume(Lean, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PersistentVolumeSpec = PersistentVolumeSpec()
    status: PersistentVolumeStatus = PersistentVolumeStatus()


class StorageClass(Lean, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    provisioner: str = ""
    volume_binding_mode: str = ""
    allow_volume_expansion: bool = False


class AttachmentSource(Lean, frozen=True):
    persistent_volume_name: str = ""


class AttachmentSpec(Lean, frozen=True):
    attacher: str = ""
    node_name: str = ""
    source: AttachmentSource = AttachmentSource()


class AttachmentError(Lean, frozen=True):
    message: str = ""
    time: str | None = None


class AttachmentStatus(Lean, frozen=True):
    attached: bool = False
    attach_error: AttachmentError | None = None
    detach_error: AttachmentError | None = None


class VolumeAttachment(Lean, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: AttachmentSpec = AttachmentSpec()
    status: AttachmentStatus = AttachmentStatus()


class LeaseSpec(Lean, frozen=True):
    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    renew_time: str | None = None


class Lease(Lean, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: LeaseSpec = LeaseSpec()


class Involved(objects.InvolvedObject, frozen=True):
    namespace: str = ""
    field_path: str = ""


class Event(objects.Event, frozen=True):
    """A core/v1 Event; `series` counts where an events.k8s.io reporter wrote it."""

    involved_object: Involved = Involved()
    first_timestamp: str | None = None
    last_timestamp: str | None = None
    event_time: str | None = None
    series: dict[str, Any] | None = None
