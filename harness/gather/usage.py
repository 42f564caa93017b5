"""How much of what is used, by metrics-server or by the kubelets themselves. Judges nothing.

Processor time is in cores, memory and volumes in bytes, as plain numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from harness.gather.reading import Reading
from harness.gather.wanted import METRICS
from harness.kube.client import Client
from harness.model.full.pods import Pod
from harness.model.scene import Look

_SERVED = f"/apis/{METRICS}/v1beta1"
_SCALE = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


def read_node_metrics(client: Client, reading: Reading) -> list[Look]:
    """Usage of nodes; raises ApiError, ClusterBroken, msgspec.MsgspecError."""
    answer = client.request("GET", f"{_SERVED}/nodes", timeout_seconds=reading.left())
    items = _decode_nodes(answer).items
    return [_used(f"node/{item.metadata.name}", item.usage, "kubectl top nodes") for item in items]


def read_pod_metrics(client: Client, reading: Reading, namespace: str) -> list[Look]:
    """Usage of the containers of a namespace; raises ApiError, ClusterBroken, msgspec.MsgspecError."""
    answer = client.request("GET", f"{_SERVED}/namespaces/{namespace}/pods", timeout_seconds=reading.left())
    return [
        _used(f"pod/{item.metadata.name}/{each.name}", each.usage, "kubectl top pods --containers")
        for item in _decode_pods(answer).items
        for each in item.containers
    ]


def read_kubelet(client: Client, reading: Reading, node: str, pods: list[Pod]) -> list[Look]:
    """What a kubelet counts: usage of its node and of the pods' containers, and how full their volumes are.

    Raises ApiError, ClusterBroken, msgspec.MsgspecError.
    """
    path = f"/api/v1/nodes/{node}/proxy/stats/summary"
    answer = client.request("GET", path, timeout_seconds=reading.left())
    return kubelet_looks(answer, node, pods, f"kubectl get --raw {path}")


def kubelet_looks(answer: bytes, node: str, pods: list[Pod], source: str) -> list[Look]:
    """What a kubelet's summary says about its node and these pods; raises msgspec.MsgspecError."""
    summary = _decode_summary(answer)
    looks = list(_counted(f"node/{node}", summary.node, source))
    known = {pod.metadata.uid: pod for pod in pods}
    for told in summary.pods:
        pod = known.get(told.pod_ref.uid)
        if pod is None:
            continue
        for each in told.containers:
            looks += _counted(f"pod/{pod.metadata.name}/{each.name}", each, source)
        kept = {volume.name for volume in pod.spec.volumes if volume.persistent_volume_claim or volume.empty_dir}
        looks += [_volume(pod.metadata.name, each, source) for each in told.volume if each.name in kept]
    return looks


def number(quantity: str) -> float:
    """A quantity of Kubernetes (`250m`, `12Ki`) as a number; raises ValueError."""
    suffix = quantity.lstrip("+-.0123456789")
    return float(quantity.removesuffix(suffix)) * (_SCALE[suffix] if suffix in _SCALE else float(f"1{suffix or 'e0'}"))


def _used(about: str, usage: dict[str, str], source: str) -> Look:
    facts = {what: f"{number(said):.10g}" for what, said in usage.items() if what in ("cpu", "memory")}
    return Look(kind="usage", about=about, facts=facts, source=source)


def _counted(about: str, told: _Counted, source: str) -> Iterator[Look]:
    facts = {}
    if told.cpu is not None and told.cpu.usage_nano_cores is not None:
        facts["cpu"] = f"{told.cpu.usage_nano_cores / 1e9:.10g}"
    if told.memory is not None and told.memory.working_set_bytes is not None:
        facts["memory"] = str(told.memory.working_set_bytes)
    if facts:
        yield Look(kind="usage", about=about, facts=facts, source=source)


def _volume(pod: str, told: _Volume, source: str) -> Look:
    facts = {
        "capacity-bytes": told.capacity_bytes,
        "used-bytes": told.used_bytes,
        "available-bytes": told.available_bytes,
        "inodes-free": told.inodes_free,
    }
    said = {name: str(value) for name, value in facts.items() if value is not None}
    return Look(kind="volume-usage", about=f"volume/{pod}/{told.name}", facts=said, source=source)


class _Told(msgspec.Struct, rename="camel"):
    """Base of what is decoded here."""


class _Meta(_Told):
    name: str = ""


class _Cpu(_Told):
    usage_nano_cores: int | None = None


class _Memory(_Told):
    working_set_bytes: int | None = None


class _Counted(_Told):
    name: str = ""
    cpu: _Cpu | None = None
    memory: _Memory | None = None


class _Volume(_Told):
    name: str = ""
    capacity_bytes: int | None = None
    used_bytes: int | None = None
    available_bytes: int | None = None
    inodes_free: int | None = None


class _PodRef(_Told):
    uid: str = ""


class _PodStats(_Told):
    pod_ref: _PodRef
    containers: list[_Counted] = []
    volume: list[_Volume] = []


class _Summary(_Told):
    node: _Counted
    pods: list[_PodStats] = []


class _NodeMetrics(_Told):
    metadata: _Meta
    usage: dict[str, str] = {}


class _NodeMetricsList(_Told):
    items: list[_NodeMetrics] = []


class _ContainerMetrics(_Told):
    name: str = ""
    usage: dict[str, str] = {}


class _PodMetrics(_Told):
    metadata: _Meta
    containers: list[_ContainerMetrics] = []


class _PodMetricsList(_Told):
    items: list[_PodMetrics] = []


# made before any thread decodes: two threads that meet a type for the first time crash msgspec 0.22
_decode_nodes = msgspec.json.Decoder(_NodeMetricsList).decode
_decode_pods = msgspec.json.Decoder(_PodMetricsList).decode
_decode_summary = msgspec.json.Decoder(_Summary).decode
