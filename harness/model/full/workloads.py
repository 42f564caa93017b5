"""Workloads and what scales or shields them, as a diagnosis reads them."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.model import objects
from harness.model.full.pods import PodTemplate
from harness.model.objects import Condition, Lean, ObjectMeta


class Requirement(Lean, frozen=True):
    key: str = ""
    operator: str = ""
    values: list[str] = []


class LabelSelector(objects.LabelSelector, frozen=True):
    match_expressions: list[Requirement] = []


class ClaimTemplateSpec(Lean, frozen=True):
    storage_class_name: str | None = None


class ClaimTemplate(Lean, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: ClaimTemplateSpec = ClaimTemplateSpec()


class WorkloadSpec(objects.WorkloadSpec, frozen=True):
    """The spec of a Deployment, ReplicaSet, StatefulSet, DaemonSet or Job."""

    backoff_limit: int | None = None
    suspend: bool = False
    paused: bool = False
    min_ready_seconds: int = 0
    progress_deadline_seconds: int | None = None
    revision_history_limit: int | None = None
    selector: LabelSelector | None = None
    template: PodTemplate = PodTemplate()
    strategy: dict[str, Any] = {}
    update_strategy: dict[str, Any] = {}
    pod_management_policy: str = ""
    volume_claim_templates: list[ClaimTemplate] = []
    service_name: str = ""


class WorkloadStatus(objects.WorkloadStatus, frozen=True):
    unavailable_replicas: int = 0
    current_number_scheduled: int = 0
    number_misscheduled: int = 0
    active: int = 0
    failed: int = 0


class Workload(objects.Workload, frozen=True):
    """A Deployment, ReplicaSet, StatefulSet, DaemonSet or Job."""

    spec: WorkloadSpec = WorkloadSpec()
    status: WorkloadStatus = WorkloadStatus()


class ScaleTarget(Lean, frozen=True):
    kind: str = ""
    name: str = ""


class AutoscalerSpec(Lean, frozen=True):
    scale_target_ref: ScaleTarget = ScaleTarget()
    min_replicas: int | None = None
    max_replicas: int = 0
    metrics: list[dict[str, Any]] = []


class AutoscalerStatus(Lean, frozen=True):
    current_replicas: int = 0
    desired_replicas: int = 0
    conditions: list[Condition] = []


class Autoscaler(Lean, frozen=True):
    """A HorizontalPodAutoscaler (autoscaling/v2)."""

    metadata: ObjectMeta = ObjectMeta()
    spec: AutoscalerSpec = AutoscalerSpec()
    status: AutoscalerStatus = AutoscalerStatus()


class DisruptionSpec(Lean, frozen=True):
    min_available: int | str | None = None
    max_unavailable: int | str | None = None
    selector: LabelSelector | None = None
    unhealthy_pod_eviction_policy: str = ""


class DisruptionStatus(Lean, frozen=True):
    disruptions_allowed: int = 0
    current_healthy: int = 0
    desired_healthy: int = 0
    expected_pods: int = 0
    observed_generation: int = 0
    conditions: list[Condition] = []


class DisruptionBudget(Lean, frozen=True):
    """A PodDisruptionBudget."""

    metadata: ObjectMeta = ObjectMeta()
    spec: DisruptionSpec = DisruptionSpec()
    status: DisruptionStatus = DisruptionStatus()


class QuotaSpec(Lean, frozen=True):
    hard: dict[str, str] = {}


class QuotaStatus(Lean, frozen=True):
    hard: dict[str, str] = {}
    used: dict[str, str] = {}


class Quota(Lean, frozen=True):
    """A ResourceQuota."""

    metadata: ObjectMeta = ObjectMeta()
    spec: QuotaSpec = QuotaSpec()
    status: QuotaStatus = QuotaStatus()


class Limit(Lean, frozen=True):
    type: str = ""
    max: dict[str, str] = {}
    min: dict[str, str] = {}
    default: dict[str, str] = {}
    default_request: dict[str, str] = {}


class LimitRangeSpec(Lean, frozen=True):
    limits: list[Limit] = []


class LimitRange(Lean, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: LimitRangeSpec = LimitRangeSpec()


class Keys(Lean, frozen=True):
    """A ConfigMap or Secret: the names of its keys, never their values."""

    metadata: ObjectMeta = ObjectMeta()
    keys: list[str] = []


class Named(Lean, frozen=True):
    """An object of which only its being there matters (ServiceAccount, PriorityClass, Namespace …)."""

    metadata: ObjectMeta = ObjectMeta()
    status: dict[str, Any] = msgspec.field(default_factory=dict)
