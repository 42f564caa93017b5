"""The scheduler's message about a pod that no node can take, taken apart by reason. Knows no pod and no node."""

from __future__ import annotations

import enum
import re
from typing import NamedTuple


class Class(enum.StrEnum):
    """What kind of reason it is."""

    RESOURCES = "resources"
    PODS = "pods"
    CONTROL_PLANE = "control-plane"
    TAINT = "taint"
    CORDONED = "cordoned"
    AFFINITY = "affinity"
    HOST_PORT = "host-port"
    VOLUME_NODE = "volume-node"
    CLAIM = "claim"
    OTHER = "other"


class Refusal(NamedTuple):
    """How many nodes there are, and for each reason how many of them it rules out."""

    nodes: int
    reasons: dict[str, int]


def taken_apart(message: str) -> Refusal:
    """Read `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable. preemption: …`.

    A node may be ruled out for several resources at once, so the counts may add up to more than the nodes. A reason
    without a number is one of the pod itself, and holds for every node. The format is the scheduler's
    (pkg/scheduler/framework/types.go, FitError).
    """
    found = _HEAD.match(message)
    if found is None:
        return Refusal(0, {message.strip(): 0} if message.strip() else {})
    nodes = int(found["nodes"])
    reasons: dict[str, int] = {}
    for part in _BETWEEN.split(_TAIL.sub("", message[found.end() :])):
        numbered = _NUMBERED.match(part)
        reason = numbered["reason"] if numbered else part.strip()
        if reason:
            reasons[reason] = reasons.get(reason, 0) + (int(numbered["count"]) if numbered else nodes)
    return Refusal(nodes, reasons)


def class_of(reason: str) -> Class:
    """The kind of one reason."""
    return next((kind for pattern, kind in _CLASSES if re.search(pattern, reason)), Class.OTHER)


def shares(reasons: dict[str, int]) -> dict[Class, float]:
    """Each kind's share of the refusals, without the nodes that are kept for the control plane."""
    counts: dict[Class, int] = {}
    for reason, nodes in reasons.items():
        kind, count = class_of(reason), nodes or 1
        counts[kind] = max(counts.get(kind, 0), count) if kind is Class.RESOURCES else counts.get(kind, 0) + count
    if len(counts) > 1:
        counts.pop(Class.CONTROL_PLANE, None)
    total = sum(counts.values())
    return {kind: count / total for kind, count in counts.items() if total}


_HEAD = re.compile(r"^\s*\d+/(?P<nodes>\d+) nodes are available:\s*")
_TAIL = re.compile(r"\.(?:\s+(?:no new claims to deallocate|preemption:).*)?\s*$", re.DOTALL)
_BETWEEN = re.compile(r", (?=\d+ )")
_NUMBERED = re.compile(r"^(?P<count>\d+) (?P<reason>.+)$", re.DOTALL)
_CLASSES = (
    (r"^Insufficient ", Class.RESOURCES),
    (r"^Too many pods", Class.PODS),
    (r"taint \{node-role\.kubernetes\.io/(control-plane|master)", Class.CONTROL_PLANE),
    (r"taint \{node\.kubernetes\.io/unschedulable", Class.CORDONED),
    (r"taint", Class.TAINT),
    (r"were unschedulable", Class.CORDONED),
    (r"free ports", Class.HOST_PORT),
    (r"volume node affinity|PersistentVolume's node affinity|\[VolumeZone\]", Class.VOLUME_NODE),
    (r"(?i)persistentvolume|persistent volume", Class.CLAIM),
    (r"affinity|\[NodeAffinity\]|node selector|topology spread", Class.AFFINITY),
)
