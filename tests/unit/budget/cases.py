"""Workloads and faults for the tests of budgets, small enough to add their terms up by hand."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.budget.forecast import Ground, predict
from harness.model.budget import Budget
from harness.model.scenario import Fault
from harness.model.timers import DEFAULT, Timers
from harness.model.units import Ref, decode_token
from harness.providers.kind_timers import kind_timers
from harness.registry import FAULTS

COMPRESSED = kind_timers("compressed")
READINESS = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 1}
LIVENESS = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 10}


def workload(kind: str = "Deployment", *, probes: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    """A workload called web whose pods carry app=web: a container with these probes; `pod` is more of its spec."""
    container = {"name": "web", "image": "web:1", **({"readinessProbe": READINESS} if probes is None else probes)}
    pod = {"containers": [container], "terminationGracePeriodSeconds": 5, **spec.pop("pod", {})}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "web"},
        "spec": {"replicas": 3, "template": template, **spec},
    }


def disruption_budget(**spec: Any) -> dict[str, Any]:
    """A PodDisruptionBudget of that workload."""
    selector = {"matchLabels": {"app": "web"}}
    return {"kind": "PodDisruptionBudget", "metadata": {"name": "web"}, "spec": {"selector": selector, **spec}}


def fault(name: str, **fields: Any) -> Fault:
    """A fault with its fields as in YAML, on that workload where it says none."""
    keys = {field.encode_name for field in msgspec.structs.fields(FAULTS[name])}
    places = {"select": "app=web", "hosting": "app=web", "of": "deployment/web"}
    said = {key: value for key, value in places.items() if key in keys} | fields
    made: Fault = msgspec.convert(said, FAULTS[name], dec_hook=decode_token)
    return made


def budget(
    name: str | Fault | list[Fault],
    *more: dict[str, Any],
    on: dict[str, Any] | None = None,
    timers: Timers = DEFAULT,
    since: str = "injection",
    startup: float | None = None,
    zones: dict[str, int] | None = None,
    **fields: Any,
) -> Budget:
    """The budget of a fault, or of several, on a workload; `more` are further manifests."""
    manifest = on or workload()
    of = Ref(f"{manifest['kind'].lower()}/web")
    if isinstance(name, str):
        place = {"of": str(of)} if "of" in {f.encode_name for f in msgspec.structs.fields(FAULTS[name])} else {}
        name = fault(name, **place, **fields)
    faults = name if isinstance(name, list) else [name]
    return predict(faults, [manifest, *more], of, since, Ground(timers, zones or {}, startup))


def ends(found: Budget) -> tuple[float, float]:
    """Both ends, to the millisecond."""
    return round(found.low, 3), round(found.high, 3)
