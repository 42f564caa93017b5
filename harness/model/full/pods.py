"""Pods as a diagnosis reads them: what they ask for, what they run, how their containers stand."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.model import objects
from harness.model.objects import Lean, ObjectMeta


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


class EmptyDir(Lean, frozen=True):
    medium: str = ""
    size_limit: str = ""


class Volume(objects.PodVolume, frozen=True):
    config_map: ConfigSource | None = None
    secret: ConfigSource | None = None
    empty_dir: EmptyDir | None = None
    host_path: dict[str, Any] | None = None


class Toleration(Lean, frozen=True):
    key: str = ""
    operator: str = ""
    value: str = ""
    effect: str = ""
    toleration_seconds: int | None = None


class PodSpec(objects.PodSpec, frozen=True):
    node_selector: dict[str, str] = {}
    affinity: dict[str, Any] = {}
    tolerations: list[Toleration] = []
    topology_spread_constraints: list[dict[str, Any]] = []
    containers: list[Container] = []
    init_containers: list[Container] = []
    volumes: list[Volume] = []  # type: ignore[assignment]  # as the statuses below
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


class ContainerStatus(objects.ContainerStatus, frozen=True):
    image: str = ""
    started: bool | None = None


class PodStatus(objects.PodStatus, frozen=True):
    host_ip: str = msgspec.field(default="", name="hostIP")
    start_time: str | None = None
    nominated_node_name: str = ""
    qos_class: str = ""
    # frozen, so a list of a subclass is as good: mypy knows no read-only attributes of a struct
    init_container_statuses: list[ContainerStatus] = []  # type: ignore[assignment]
    container_statuses: list[ContainerStatus] = []  # type: ignore[assignment]


class Pod(objects.Pod, frozen=True):
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


class PodTemplate(Lean, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
