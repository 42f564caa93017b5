"""Kubernetes' own timers, as far as healing waits for them: their values, and where each is said. Reads no cluster."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec


class Timer(NamedTuple):
    """Where a timer is set: the program, its flag or field of configuration, and Kubernetes' own value in seconds."""

    program: str
    key: str
    default_seconds: float


class Timers(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The timers of one cluster, in seconds; what is not said is Kubernetes' own value (v1.36).

    `origin` says in words where they come from. `read` names those that the cluster itself told. A `simulated`
    cluster has no kubelet: its nodes' heartbeats are real, containers and probes are not.
    """

    node_monitor_period: float = 5
    node_monitor_grace_period: float = 50
    node_lease_duration: float = 40
    not_ready_toleration: float = 300
    unreachable_toleration: float = 300
    leader_lease_duration: float = 15
    leader_retry_period: float = 2
    scheduler_lease_duration: float = 15
    scheduler_retry_period: float = 2
    crash_loop_initial: float = 10
    crash_loop_max: float = 300
    sync_frequency: float = 60
    node_status_update_frequency: float = 10
    attach_detach_sync_period: float = 60
    origin: str = "Kubernetes' documented values"
    read: list[str] = []
    simulated: bool = False

    def source(self, name: str) -> str:
        """Where a timer's value comes from: `kube-controller-manager --node-monitor-period=5s, default`."""
        timer = TIMERS[name]
        seconds: float = getattr(self, name)
        value = f"{seconds:g}" if timer.key.lower().endswith("seconds") else f"{seconds:g}s"
        if name in self.read:
            return f"{timer.program} {timer.key}={value}, read from the cluster"
        return f"{timer.program} {timer.key}={value}, {'default' if seconds == timer.default_seconds else self.origin}"


TIMERS: Mapping[str, Timer] = MappingProxyType(
    {
        "node_monitor_period": Timer("kube-controller-manager", "--node-monitor-period", 5),
        "node_monitor_grace_period": Timer("kube-controller-manager", "--node-monitor-grace-period", 50),
        "node_lease_duration": Timer("kubelet", "nodeLeaseDurationSeconds", 40),
        "not_ready_toleration": Timer("kube-apiserver", "--default-not-ready-toleration-seconds", 300),
        "unreachable_toleration": Timer("kube-apiserver", "--default-unreachable-toleration-seconds", 300),
        "leader_lease_duration": Timer("kube-controller-manager", "--leader-elect-lease-duration", 15),
        "leader_retry_period": Timer("kube-controller-manager", "--leader-elect-retry-period", 2),
        "scheduler_lease_duration": Timer("kube-scheduler", "--leader-elect-lease-duration", 15),
        "scheduler_retry_period": Timer("kube-scheduler", "--leader-elect-retry-period", 2),
        "crash_loop_initial": Timer("kubelet", "first back-off (feature gate ReduceDefaultCrashLoopBackOffDecay)", 10),
        "crash_loop_max": Timer("kubelet", "crashLoopBackOff.maxContainerRestartPeriod", 300),
        "sync_frequency": Timer("kubelet", "syncFrequency", 60),
        "node_status_update_frequency": Timer("kubelet", "nodeStatusUpdateFrequency", 10),
        "attach_detach_sync_period": Timer("kube-controller-manager", "--attach-detach-reconcile-sync-period", 60),
    }
)
"""Each field of Timers that is a timer, to where it is set."""

DEFAULT = Timers()
"""Kubernetes' own timers."""

REDUCED_INITIAL_SECONDS, REDUCED_MAX_SECONDS = 1.0, 60.0
"""The back-offs of the feature gate ReduceDefaultCrashLoopBackOffDecay (pkg/kubelet/kubelet.go)."""


def timers_of(flags: Mapping[str, Mapping[str, str]], kubelet: Mapping[str, Any]) -> dict[str, float]:
    """The timers among flags by program, without their dashes, and a KubeletConfiguration; in seconds."""
    values = {**_kubelet_backoff(kubelet)}
    for name, timer in TIMERS.items():
        said = flags.get(timer.program, {}).get(timer.key.removeprefix("--"))
        if timer.program == "kubelet":
            said = kubelet.get(timer.key)
        if said is not None:
            values[name] = seconds_of(said)
    return values


def seconds_of(written: object) -> float:
    """Go's way to write a duration, `1m30s`, or a number of seconds; raises ValueError."""
    parts = _DURATION.findall(str(written))
    if parts and "".join(number + unit for number, unit in parts) == str(written):
        return sum(float(number) * _FACTORS[unit] for number, unit in parts)
    return float(str(written))


def _kubelet_backoff(kubelet: Mapping[str, Any]) -> dict[str, float]:
    """The two ends of the crash loop's back-off, as pkg/kubelet/kubelet.go puts them together."""
    values: dict[str, float] = {}
    if (kubelet.get("featureGates") or {}).get("ReduceDefaultCrashLoopBackOffDecay"):
        values = {"crash_loop_initial": REDUCED_INITIAL_SECONDS, "crash_loop_max": REDUCED_MAX_SECONDS}
    said = (kubelet.get("crashLoopBackOff") or {}).get("maxContainerRestartPeriod")
    if said is not None:
        values["crash_loop_max"] = seconds_of(said)
    if "crash_loop_max" in values:
        first = values.get("crash_loop_initial", TIMERS["crash_loop_initial"].default_seconds)
        values["crash_loop_initial"] = min(first, values["crash_loop_max"])
    return values


_FACTORS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
