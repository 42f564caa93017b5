"""How the API server says that it is, how long that takes, and what time it has. Judges nothing."""

from __future__ import annotations

import email.utils
import re
from typing import NamedTuple

import msgspec

from harness.gather.reading import Reading
from harness.gather.wanted import DNS_CONFIG, SYSTEM
from harness.kube.client import Client
from harness.kube.resources import resource
from harness.machine.clock import Clock
from harness.model.errors import ApiError, ClusterBroken
from harness.model.scene import Look

LATENCY = "latency-seconds"
"""The fact that says how long the answer took; where there was none, it is missing."""
SILENT_SHARE = 0.45
"""An API server that has not told its health after this share of the time is silent."""
AGAIN_SHARE = 0.6
"""Until then it may answer the same without the checks of etcd: one that only waits for etcd does so at once."""
_OF_ETCD = ("etcd", "etcd-readiness")
_CHECK = re.compile(r"^\[[+-]\](\S+) (.*)$", re.MULTILINE)
_SOURCE = "kubectl get --raw '/readyz?verbose'"


class Health(NamedTuple):
    """The API server's own word on its health, and its time in seconds since the epoch (None where it is silent)."""

    look: Look
    at: float | None


def read_health(client: Client, reading: Reading, clock: Clock) -> Health:
    """Ask /readyz; silence is an answer as well.

    Raises ApiError where the identity may not ask.
    """
    began = clock.now()
    try:
        answer = client.ask("/readyz", {"verbose": ""}, timeout_seconds=reading.left(SILENT_SHARE))
    except ClusterBroken as error:
        return _silent(client, reading, clock, error.message.rpartition(": ")[2])
    seconds = clock.now() - began
    if answer.status in (401, 403):
        raise ApiError("GET", "/readyz", answer.status, "", "")
    facts = {**checks_of(answer.body.decode(errors="replace")), LATENCY: f"{seconds:.3f}"}
    facts.setdefault("readyz", "ok" if answer.status == 200 else f"failed: {answer.status}")
    look = Look(kind="api-health", about="control-plane", facts=facts, good=answer.status == 200, source=_SOURCE)
    return Health(look, _seconds_of(answer.date))


def _silent(client: Client, reading: Reading, clock: Clock, why: str) -> Health:
    """No answer in time: asked again without the checks of etcd, the API server may well give one."""
    facts, began = {"readyz": f"failed: {why}"}, clock.now()
    at: float | None = None
    try:
        answer = client.ask("/readyz", {"exclude": list(_OF_ETCD)}, timeout_seconds=reading.left(AGAIN_SHARE))
    except ClusterBroken:
        answer = None
    if answer is not None and answer.status == 200:
        facts |= dict.fromkeys(_OF_ETCD, f"failed: {why}, while every other check is answered")
        facts[LATENCY] = f"{clock.now() - began:.3f}"
        at = _seconds_of(answer.date)
    return Health(Look(kind="api-health", about="control-plane", facts=facts, good=False, source=_SOURCE), at)


def checks_of(text: str) -> dict[str, str]:
    """Each check that /readyz lists: `ok`, or `failed: …` in its words."""
    return dict(_CHECK.findall(text))


def read_dns_config(client: Client, reading: Reading) -> list[Look]:
    """How the cluster's DNS is told to answer; raises ApiError, ClusterBroken, msgspec.MsgspecError."""
    path = resource("configmaps").path(SYSTEM, DNS_CONFIG)
    answer = client.request("GET", path, timeout_seconds=reading.left())
    data = _decode(answer).data or {}
    source = f"kubectl -n {SYSTEM} get configmap {DNS_CONFIG} -o yaml"
    return [Look(kind="corefile", about=f"configmap/{DNS_CONFIG}", facts=data, source=source)]


def _seconds_of(date: str) -> float | None:
    """A date of HTTP, which is cut to whole seconds: the middle of that second."""
    try:
        return email.utils.parsedate_to_datetime(date).timestamp() + 0.5
    except ValueError:
        return None


class _ConfigMap(msgspec.Struct):
    data: dict[str, str] | None = None


# made before any thread decodes: two threads that meet a type for the first time crash msgspec 0.22
_decode = msgspec.json.Decoder(_ConfigMap).decode
