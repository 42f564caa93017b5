"""What manifests must look like for the checks to read them: types alone, everything else is left alone."""

from __future__ import annotations

from typing import Any

import msgspec

_List = list[dict[str, Any]] | None
_Map = dict[str, Any] | None


class _Meta(msgspec.Struct):
    name: str
    namespace: str | None = None
    labels: dict[str, str] | None = None


class _Resources(msgspec.Struct):
    requests: _Map = None
    limits: _Map = None


class _Port(msgspec.Struct, rename="camel"):
    container_port: int


class _Env(msgspec.Struct, rename="camel"):
    name: str
    value: str | None = None
    value_from: _Map = None


class _Sleep(msgspec.Struct):
    seconds: int = 0


class _Exec(msgspec.Struct):
    command: list[str] | None = None


class _Hook(msgspec.Struct):
    exec: _Exec | None = None
    sleep: _Sleep | None = None


class _Lifecycle(msgspec.Struct, rename="camel"):
    pre_stop: _Hook | None = None


class _Capabilities(msgspec.Struct):
    drop: list[str] | None = None


class _ContainerSecurity(msgspec.Struct):
    capabilities: _Capabilities | None = None


class _Probe(msgspec.Struct, rename="camel"):
    period_seconds: int = 10
    failure_threshold: int = 3


class _Container(msgspec.Struct, rename="camel"):
    name: str
    image: str = ""
    ports: list[_Port] | None = None
    env: list[_Env] | None = None
    env_from: _List = None
    resources: _Resources | None = None
    security_context: _ContainerSecurity | None = None
    lifecycle: _Lifecycle | None = None
    liveness_probe: _Probe | None = None
    readiness_probe: _Probe | None = None


class _HostPath(msgspec.Struct):
    path: str


class _Volume(msgspec.Struct, rename="camel"):
    name: str
    host_path: _HostPath | None = None
    empty_dir: _Map = None


class _PodSpec(msgspec.Struct, rename="camel"):
    containers: list[_Container]
    init_containers: list[_Container] | None = None
    volumes: list[_Volume] | None = None
    security_context: _Map = None
    affinity: _Map = None
    node_selector: _Map = None
    termination_grace_period_seconds: int = 30


class _TemplateMeta(msgspec.Struct):
    labels: dict[str, str] | None = None


class _Template(msgspec.Struct):
    spec: _PodSpec
    metadata: _TemplateMeta | None = None


class _WorkloadSpec(msgspec.Struct, rename="camel"):
    template: _Template
    replicas: int = 1


class _JobTemplate(msgspec.Struct):
    spec: _WorkloadSpec


class _CronJobSpec(msgspec.Struct, rename="camel"):
    job_template: _JobTemplate


class _Expression(msgspec.Struct):
    key: str
    operator: str
    values: list[str] | None = None


class _Selector(msgspec.Struct, rename="camel"):
    match_labels: dict[str, str] | None = None
    match_expressions: list[_Expression] | None = None


class _SelectingSpec(msgspec.Struct, rename="camel"):
    selector: _Selector | None = None
    pod_selector: _Selector | None = None


class _Target(msgspec.Struct):
    kind: str
    name: str


class _ScalerSpec(msgspec.Struct, rename="camel"):
    scale_target_ref: _Target
    min_replicas: int | None = None


class _Any(msgspec.Struct):
    metadata: _Meta


class _Pod(_Any):
    spec: _PodSpec


class _Workload(_Any):
    spec: _WorkloadSpec


class _CronJob(_Any):
    spec: _CronJobSpec


class _Scaler(_Any):
    spec: _ScalerSpec


class _Selecting(_Any):
    spec: _SelectingSpec


_FORMS: dict[str, type[_Any]] = {
    "Pod": _Pod,
    "CronJob": _CronJob,
    "HorizontalPodAutoscaler": _Scaler,
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"), _Workload),
    **dict.fromkeys(("PodDisruptionBudget", "NetworkPolicy"), _Selecting),
}


def form_of(kind: str) -> type[_Any]:
    """The form of a kind; of one that no check reads it is that it has a name."""
    return _FORMS.get(kind, _Any)
