"""A cluster's own timers, read where it tells them: static pods, a kubelet, a kwok cluster's shape. Changes nothing."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.kube import actions
from harness.kube.access import allowed
from harness.kube.client import Client
from harness.kube.rights import Right, may
from harness.model.cluster import ClusterRecord
from harness.model.errors import ApiError, BadInput, ClusterBroken
from harness.model.timers import DEFAULT, Timers, timers_of
from harness.providers.kwok_shape import Shape, load_shape

_CONTROL_PLANE = "tier=control-plane"

(FLAGS,) = may("list", "pods", namespace="kube-system")
"""What it takes to read the flags of the control plane."""
(KUBELET,) = may("get", "nodes", subresource="proxy")
"""What it takes to read a kubelet's configuration; who has it can do whatever the kubelet can on every node."""


def read_timers(client: Client, record: ClusterRecord) -> Timers:
    """What the cluster says of its timers; where it says nothing, Kubernetes' documented values, and `origin` says so.

    A kwok cluster's come from its shape, another's from the flags of its static pods and one kubelet's configuration,
    which it takes the right to list pods of kube-system and to get `nodes/proxy` to see. On a cluster of others it is
    asked for these rights first, so that nothing is tried that would be refused.
    """
    if record.provider == "kwok":
        return _of_shape(record)
    read = _of_pods(client, record) | _of_kubelet(client, record)
    if not read:
        return DEFAULT
    return msgspec.structs.replace(DEFAULT, origin=f"read from cluster {record.name}", read=sorted(read), **read)


def _of_shape(record: ClusterRecord) -> Timers:
    try:
        shape = load_shape(record.shape)
    except BadInput:  # a cluster of an older healproof, whose shape is no more
        return msgspec.structs.replace(DEFAULT, simulated=True)
    return shape_timers(shape, record.shape)


def shape_timers(shape: Shape, name: str) -> Timers:
    """The timers of a kwok cluster of this shape; those that it does not say are the programs' own."""
    values = timers_of(shape.flags, {"nodeLeaseDurationSeconds": shape.node_lease_seconds})
    origin = f"shape {name} of kwok clusters"
    return msgspec.structs.replace(DEFAULT, origin=origin, read=sorted(values), simulated=True, **values)


def _of_pods(client: Client, record: ClusterRecord) -> dict[str, float]:
    if not _may(client, record, FLAGS):
        return {}
    try:
        pods = actions.listed(client, "pods", "kube-system", labels=_CONTROL_PLANE)
    except (ApiError, ClusterBroken):
        return {}
    flags: dict[str, dict[str, str]] = {}
    for pod in pods:
        program, *words = _command(pod)
        pairs = (word.removeprefix("--").partition("=") for word in words if word.startswith("--"))
        flags.setdefault(program, {}).update({name: value for name, _, value in pairs})
    return timers_of(flags, {})


def _may(client: Client, record: ClusterRecord, right: Right) -> bool:
    try:
        return record.namespaces is None or allowed(client, right)
    except (ApiError, ClusterBroken):
        return False


def _command(pod: dict[str, Any]) -> list[str]:
    container = pod["spec"]["containers"][0]
    return [*container.get("command", []), *container.get("args", [])] or [""]


def _of_kubelet(client: Client, record: ClusterRecord) -> dict[str, float]:
    """One kubelet's configuration, of the last node, which is a worker where there is one."""
    for node in reversed(record.nodes) if _may(client, record, KUBELET) else ():
        try:
            answer = client.request("GET", f"/api/v1/nodes/{node}/proxy/configz")
            return timers_of({}, msgspec.json.decode(answer)["kubeletconfig"])
        except (ApiError, ClusterBroken, msgspec.DecodeError, KeyError):
            continue
    return {}
