"""Timelines of a web service with a probe, as the observers would have written them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harness.model.cluster import Capability
from harness.model.objects import ContainerState, ContainerStatus, ObjectMeta, Pod, PodStatus, Running
from harness.model.timeline import AnyEntry, Change, Header, Injected, Request, encode_entry

from .cases import written

SERVICE = {"kind": "Service", "metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}}}


def deployment(**probes: Any) -> dict[str, Any]:
    containers = [{"name": "log", "image": "log:1"}, {"name": "web", "image": "web:1", **probes}]
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": containers}}
    return {"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": template}}


def header(fault: str = "pod-delete", *, twin: str = "", real: bool = True, **probes: Any) -> Header:
    data = {
        "scenario": "web-lives",
        "workload": [deployment(**probes or {"livenessProbe": written()}), SERVICE],
        "faults": [{fault: {}}],
        **({"twin": twin} if twin else {}),
    }
    able = [str(Capability.CONTAINERS)] if real else []
    return Header(t=0.0, scenario=data, namespace="hp-1", cluster="c", provider="kind", capabilities=able)


def pod(t: float, *, op: str = "modified", running: bool = True, ready: bool = False, restarts: int = 0) -> Change:
    state = ContainerState(running=Running() if running else None)
    status = ContainerStatus(name="web", ready=ready, restart_count=restarts, state=state)
    meta = ObjectMeta(name="web-1", uid="u1", labels={"app": "web"})
    return Change(t=t, op=op, resource="pods", object=Pod(metadata=meta, status=PodStatus(container_statuses=[status])))


def injected(t: float) -> Injected:
    return Injected(t=t + 0.1, index=0, fault="pod-delete", sent=t)


def requests(begin: float, end: float, *, seconds: float = 0.02, every: float = 0.1, error: str = "") -> list[Request]:
    count = round((end - begin) / every)
    began = (begin + number * every for number in range(count))
    return [Request(t=at + seconds, service="web", began=at, error=error) for at in began]


def as_lines(entries: Iterable[AnyEntry]) -> bytes:
    return b"".join(encode_entry(entry) + b"\n" for entry in entries)
