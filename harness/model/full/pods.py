"""Pods as a diagnosis reads them: what they ask for, what they run, how their containers stand."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.model.objects import Condition, ContainerState, Lean, ObjectMeta


class HttpGet(Lean, frozen=True):
    path: str = "/"
    port: int | str = 0
    scheme: str = "HTTP"
    host: str = ""


class TcpSocket(Lean, frozen=True):
    port: int | str = 0
    host: str = ""


class ExecAction(Lean, frozen=True):
    command: list[str] = []


class Grpc(Lean, frozen=True):
    port: int = 0
    service: str | None = None


class Probe(Lean, frozen=True):
    """A probe; the API server has filled in what a manifest left out."""

    http_get: HttpGet | None = None
    tcp_socket: TcpSocket | None = None
    exec_: ExecAction | None = msgspec.field(default=None, name="exec")
    grpc: Grpc | None = None
    initial_delay_seconds: int = 0
    period_seconds: int = 10
    timeout_seconds: int = 1
    success_threshold: int = 1
    failure_threshold: int = 3
    termination_grace_period_seconds: int | None = None


class Lifecycle(Lean, frozen=True):
    pre_stop: dict[str, Any] | None = None
    post_start: dict[str, Any] | None = None


class KeyRef(Lean, frozen=True):
    """A key of a ConfigMap or Secret."""

    name: str = ""
    key: str = ""
    optional: bool = False


class ValueFrom(Lean, frozen=True):
    config_map_key_ref: KeyRef | None = None
    secret_key_ref: KeyRef | None = None


class EnvVar(Lean, frozen=True):
    """A variable; its value is left out, it may be a credential."""

    name: str = ""
    value_from: ValueFrom | None = None


class EnvFrom(Lean, frozen=True):
    config_map_ref: KeyRef | None = None
    secret_ref: KeyRef | None = None


class ContainerPort(Lean, frozen=True):
    name: str = ""
    container_port: int = 0
    protocol: str = "TCP"


class Resources(Lean, frozen=True):
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}


class VolumeMount(Lean, frozen=True):
    name: str = ""
    mount_path: str = ""
    read_only: bool = False


class Container(Lean, frozen=True):
    name: str = ""
    image: str = ""
    command: list[str] = []
    args: list[str] = []
    ports: list[ContainerPort] = []
    env: list[EnvVar] = []
    env_from: list[EnvFrom] = []
    resources: Resources = Resources()
    volume_mounts: list[VolumeMount] = []
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    lifecycle: Lifecycle | None = None
    restart_policy: str = ""


class ConfigSource(Lean, frozen=True):
    name: str = ""
    secret_name: str = ""
    optional: bool = False


class ClaimSource(Lean, frozen=True):
    claim_name: str = ""


class EmptyDir(Lean, frozen=True):
    medium: str = ""
    size_limit: str = ""


class Volume(Lean, frozen=True):
    name: str = ""
    config_map: ConfigSource | None = None
    secret: ConfigSource | None = None
    persistent_volume_claim: ClaimSource | None = None
    empty_dir: EmptyDir | None = None
    host_path: dict[str, Any] | None = None


class Toleration(Lean, frozen=True):
    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""
    toleration_seconds: int | None = None


class PodSpec(Lean, frozen=True):
    node_name: str = ""
    node_selector: dict[str, str] = {}
    affinity: dict[str, Any] = {}
    tolerations: list[Toleration] = []
    topology_spread_constraints: list[dict[str, Any]] = []
    containers: list[Container] = []
    init_containers: list[Container] = []
    volumes: list[Volume] = []
    restart_policy: str = "Always"
    priority: int | None = None
    priority_class_name: str = ""
    service_account_name: str = ""
    scheduler_name: str = ""
    scheduling_gates: list[dict[str, Any]] = []
    termination_grace_period_seconds: int = 30
    dns_policy: str = ""
    host_network: bool = False
    image_pull_secrets: list[KeyRef] = []
    readiness_gates: list[dict[str, Any]] = []


class ContainerStatus(Lean, frozen=True):
    name: str = ""
    image: str = ""
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    container_id: str = msgspec.field(default="", name="containerID")
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()


class PodStatus(Lean, frozen=True):
    phase: str = ""
    reason: str = ""
    message: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    host_ip: str = msgspec.field(default="", name="hostIP")
    start_time: str | None = None
    nominated_node_name: str = ""
    qos_class: str = ""
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
        """Whether its containers have ended for good."""
        return self.status.phase in ("Succeeded", "Failed")

    @property
    def active(self) -> bool:
        """Neither terminating nor over: a pod that its controller counts."""
        return not self.terminating and not self.over

    @property
    def ready(self) -> bool:
        """Whether the Ready condition is True."""
        return any(c.type == "Ready" and c.status == "True" for c in self.status.conditions)


class PodTemplate(Lean, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
