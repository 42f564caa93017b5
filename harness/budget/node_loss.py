"""Nodes that are lost: the node controller notices their silence, waits for the pods' tolerations, and evicts them."""

from __future__ import annotations

from harness.budget.eviction import claims
from harness.budget.family import FAMILIES, Case, Family
from harness.budget.pods import REACTION_SECONDS, reaction, replaced, started, stopped
from harness.model.budget import Budget, Term

UNHEALTHY_SHARE, UNHEALTHY_NODES, LARGE_ZONE_NODES = 0.55, 3, 50
"""From so many lost nodes, and that share of a zone on, no pod of a zone of up to so many nodes is evicted."""
EVICTION_RATE, SLOW_EVICTION_RATE = 0.1, 0.01
"""Nodes a second whose pods are evicted, and in an unhealthy large zone."""

_RENEWALS, _JITTER = 4, 1.04  # the kubelet renews its lease four times in its length, each up to 4 % late
_RUNTIME_SECONDS = 30.0  # pkg/kubelet/kubelet.go, maxWaitForContainerRuntime
_RUNTIME_LOOK_SECONDS = 5.0
_FORCE_DETACH_SECONDS = 360.0  # KEP-2268


@FAMILIES.enter("node-loss")
class NodeLoss(Family):
    """Machine dead, kubelet silent, or cut off: for the node controller it is all the same."""

    def from_injection(self, case: Case) -> Budget:
        """Noticed, tolerated, evicted, started elsewhere; or never, which has several reasons."""
        never = _suppressed(case) or _NEVER.get(case.kind, "")
        if never:
            return case.never(never)
        runtime = case.field("service") == "containerd"
        key = "not-ready" if runtime else "unreachable"
        seconds, source = tolerated(case, key)
        if seconds is None:
            return case.never(f"its pods tolerate node.kubernetes.io/{key} for ever ({source})")
        noticed = _runtime_noticed(case) if runtime else silence(case)
        evicted = Term(f"its pods tolerate the {key} node, then they are evicted", seconds, seconds + 2.0, source)
        lasts = case.field("lasts")
        if lasts is not None and lasts < noticed.low + evicted.low:
            return case.unknown(f"the fault lasts {lasts}, so the node may be back before its pods are evicted")
        return case.budget(noticed, evicted, *_queued(case), *_detached(case), reaction(case), *started(case))


def silence(case: Case) -> Term:
    """From the last thing a node did to its condition Ready=Unknown.

    The controller counts from the look at which it found the lease renewed, and finds the silence at another.
    """
    timers = case.timers
    age = timers.node_lease_duration / _RENEWALS * _JITTER
    names = ("node_monitor_grace_period", "node_lease_duration", "node_monitor_period")
    return Term(
        "the node controller takes the node for unreachable",
        max(0.0, timers.node_monitor_grace_period - age),
        timers.node_monitor_grace_period + 2 * timers.node_monitor_period + REACTION_SECONDS,
        "; ".join(timers.source(name) for name in names),
    )


def tolerated(case: Case, key: str) -> tuple[float | None, str]:
    """How long its pods stay on a node with that taint in seconds, None for ever; and what says so."""
    full = f"node.kubernetes.io/{key}"
    found = [
        toleration
        for toleration in case.pod_spec.get("tolerations") or []
        if toleration.get("key", full) == full and toleration.get("effect", "NoExecute") == "NoExecute"
    ]
    if not found:
        name = f"{key.replace('-', '_')}_toleration"
        return float(getattr(case.timers, name)), case.timers.source(name)
    limits = [float(each["tolerationSeconds"]) for each in found if each.get("tolerationSeconds") is not None]
    if not limits:
        return None, "a toleration without tolerationSeconds"
    return max(0.0, min(limits)), f"tolerationSeconds={min(limits):g}"


@FAMILIES.enter("node-taint")
class NodeTaint(Family):
    """A taint that a hand put on a node: with NoExecute its pods are evicted at once, past every disruption budget."""

    def from_injection(self, case: Case) -> Budget:
        """New pods elsewhere; those of a DaemonSet belong to this very node."""
        if str(case.field("effect")) != "NoExecute":
            return case.never("a NoSchedule taint evicts nothing, so nothing breaks that could heal")
        if case.kind == "daemonset":
            return case.never("a DaemonSet's pod has no other node to go to")
        evicted = Term("the taint controller evicts the pods", 0.0, REACTION_SECONDS, "event-driven, without a timer")
        return case.budget(evicted, *replaced(case))

    def from_undo(self, case: Case) -> Budget:
        """The node takes pods again."""
        return case.budget(*([stopped(case)] if case.kind == "daemonset" else []), reaction(case), *started(case))


def _suppressed(case: Case) -> str:
    """Why the node controller evicts nothing (node_lifecycle_controller.go, ComputeZoneState), or ''."""
    nodes = sum(case.zones.values())
    if nodes and case.lost >= nodes:
        return "every node is lost, and then the node controller evicts nothing, by design"
    if _unhealthy(case) and max(case.zones.values()) <= LARGE_ZONE_NODES:
        share = f"{case.lost} of {min(case.zones.values())} nodes"
        return f"{share} are lost: from 3 nodes and 55 % of a zone on nothing is evicted, by design"
    return ""


def _unhealthy(case: Case) -> bool:
    """Whether the lost nodes make their zone unhealthy; of several zones the smallest may be theirs."""
    smallest = min(case.zones.values(), default=0)
    return case.lost >= UNHEALTHY_NODES and smallest > 0 and case.lost / smallest >= UNHEALTHY_SHARE


def _queued(case: Case) -> list[Term]:
    if case.lost < 2:
        return []
    rate = SLOW_EVICTION_RATE if _unhealthy(case) else EVICTION_RATE
    source = f"kube-controller-manager --{'secondary-' if _unhealthy(case) else ''}node-eviction-rate={rate:g}"
    return [Term(f"{case.lost} nodes are evicted one after another", 0.0, (case.lost - 1) / rate, source)]


def _detached(case: Case) -> list[Term]:
    """A volume that only one node may have is taken from a dead one by force."""
    if not claims(case):
        return []
    high = _FORCE_DETACH_SECONDS + case.timers.attach_detach_sync_period
    source = f"KEP-2268: forced after 6 min; {case.timers.source('attach_detach_sync_period')}"
    return [Term("its volume is detached from the lost node", 0.0, high, source)]


def _runtime_noticed(case: Case) -> Term:
    """The kubelet lives and says itself that its runtime is silent."""
    timers = case.timers
    report = timers.node_status_update_frequency * _JITTER
    names = ("node_status_update_frequency", "node_monitor_period")
    return Term(
        "the kubelet gives its container runtime up and says so",
        _RUNTIME_SECONDS - _RUNTIME_LOOK_SECONDS,
        _RUNTIME_SECONDS + _RUNTIME_LOOK_SECONDS + report + timers.node_monitor_period + REACTION_SECONDS,
        "; ".join(["kubelet, its runtime may be silent for 30 s", *(timers.source(name) for name in names)]),
    )


_NEVER = {
    "statefulset": "a StatefulSet starts no second copy while the first may still write, by design (KEP-2268)",
    "daemonset": "a DaemonSet's pod has no other node to go to",
}
