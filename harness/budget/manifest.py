"""The fields of manifests that budgets are made of, typed: what cannot be read is not guessed. Predicts nothing."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

_Natural = Annotated[int, Meta(ge=0)]
_Positive = Annotated[int, Meta(ge=1)]
_Share = Annotated[str, Meta(pattern=r"^\d+%$", extra={"accepted": "a percentage such as 25%"})]
_Labels = dict[str, str]


class _Form(msgspec.Struct, frozen=True, rename="camel"):
    """Fields that are not named here may be anything."""


class ProbeForm(_Form, frozen=True):
    """A probe's numbers; what is not said is the API server's default."""

    initial_delay_seconds: _Natural = 0
    period_seconds: _Positive = 10
    timeout_seconds: _Positive = 1
    success_threshold: _Positive = 1
    failure_threshold: _Positive = 3
    termination_grace_period_seconds: _Natural = 30


class ContainerForm(_Form, frozen=True):
    """A container with its probes."""

    name: str
    liveness_probe: ProbeForm | None = None
    readiness_probe: ProbeForm | None = None
    startup_probe: ProbeForm | None = None
    restart_policy: str = ""


class TolerationForm(_Form, frozen=True):
    """What taints a pod bears, and how long."""

    key: str = ""
    effect: str = ""
    toleration_seconds: int | None = None


class PodForm(_Form, frozen=True):
    """The spec of a pod template."""

    containers: Annotated[list[ContainerForm], Meta(min_length=1)]
    init_containers: list[ContainerForm] = []
    termination_grace_period_seconds: _Natural = 30
    tolerations: list[TolerationForm] = []
    volumes: list[dict[str, Any]] = []


class MetadataForm(_Form, frozen=True):
    """Labels and annotations of a pod template."""

    labels: _Labels = {}
    annotations: _Labels = {}


class TemplateForm(_Form, frozen=True):
    """A pod template."""

    spec: PodForm
    metadata: MetadataForm = MetadataForm()


class RollingForm(_Form, frozen=True):
    """How many pods a roll-out adds and takes."""

    max_surge: _Natural | _Share = "25%"
    max_unavailable: _Natural | _Share = "25%"


class StrategyForm(_Form, frozen=True):
    """How a Deployment rolls out."""

    rolling_update: RollingForm = RollingForm()


class SpecForm(_Form, frozen=True):
    """The spec of a Deployment, StatefulSet or DaemonSet."""

    template: TemplateForm
    replicas: _Natural = 1
    min_ready_seconds: _Natural = 0
    progress_deadline_seconds: _Natural = 600
    strategy: StrategyForm = StrategyForm()
    volume_claim_templates: list[dict[str, Any]] = []


class WorkloadForm(_Form, frozen=True):
    """A Deployment, StatefulSet or DaemonSet."""

    spec: SpecForm


class SelectorForm(_Form, frozen=True):
    """Which pods are meant."""

    match_labels: _Labels = {}


class DisruptionsForm(_Form, frozen=True):
    """The spec of a PodDisruptionBudget."""

    selector: SelectorForm = SelectorForm()
    min_available: _Natural | _Share = 0
    max_unavailable: _Natural | _Share | None = None


class DisruptionBudgetForm(_Form, frozen=True):
    """A PodDisruptionBudget."""

    spec: DisruptionsForm


FORMS: dict[str, type[msgspec.Struct]] = {
    "Deployment": WorkloadForm,
    "StatefulSet": WorkloadForm,
    "DaemonSet": WorkloadForm,
    "PodDisruptionBudget": DisruptionBudgetForm,
}
"""The kinds that are read, each with its form."""


def unreadable(manifests: list[dict[str, Any]]) -> str:
    """Why one of these manifests cannot be read, or ''."""
    for manifest in manifests:
        form = FORMS.get(str(manifest["kind"]))
        if form is not None:
            try:
                msgspec.convert(manifest, form)
            except msgspec.ValidationError as error:
                return f"{str(manifest['kind']).lower()}/{manifest['metadata']['name']} cannot be read: {error}"
    return ""
