"""Services, their endpoints, network policies and admission webhooks, as a diagnosis reads them."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.model import objects
from harness.model.full.workloads import LabelSelector
from harness.model.objects import Lean, ObjectMeta


class ServicePort(Lean, frozen=True):
    name: str = ""
    port: int = 0
    target_port: int | str = 0
    protocol: str = "TCP"


class ServiceSpec(Lean, frozen=True):
    type: str = "ClusterIP"
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    selector: dict[str, str] = {}
    ports: list[ServicePort] = []
    publish_not_ready_addresses: bool = False
    external_name: str = ""


class Service(Lean, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: ServiceSpec = ServiceSpec()


class EndpointPort(Lean, frozen=True):
    name: str = ""
    port: int | None = None
    protocol: str = "TCP"


class EndpointSlice(objects.EndpointSlice, frozen=True):
    ports: list[EndpointPort] | None = None


class PolicySpec(Lean, frozen=True):
    pod_selector: LabelSelector = LabelSelector()
    policy_types: list[str] = []
    ingress: list[dict[str, Any]] | None = None
    egress: list[dict[str, Any]] | None = None


class NetworkPolicy(Lean, frozen=True):
    metadata: ObjectMeta = ObjectMeta()
    spec: PolicySpec = PolicySpec()


class HookService(Lean, frozen=True):
    namespace: str = ""
    name: str = ""
    port: int = 443


class HookConfig(Lean, frozen=True):
    """Where a webhook is reached; its certificate bundle is left out."""

    service: HookService | None = None
    url: str | None = None


class HookRule(Lean, frozen=True):
    api_groups: list[str] = []
    operations: list[str] = []
    resources: list[str] = []
    scope: str = "*"


class Webhook(Lean, frozen=True):
    name: str = ""
    client_config: HookConfig = HookConfig()
    failure_policy: str = "Fail"
    rules: list[HookRule] = []
    namespace_selector: LabelSelector | None = None
    object_selector: LabelSelector | None = None
    timeout_seconds: int = 10


class WebhookConfiguration(Lean, frozen=True):
    """A ValidatingWebhookConfiguration or MutatingWebhookConfiguration."""

    metadata: ObjectMeta = ObjectMeta()
    webhooks: list[Webhook] = []
