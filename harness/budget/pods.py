"""What a pod takes, whatever befell it: to stop, to be replaced, to start, to be ready. Knows no fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from harness.budget.family import Case
from harness.budget.manifest import ProbeForm
from harness.model.budget import Term
from harness.model.units import Seconds

REACTION_SECONDS = 1.0
"""What controllers are allowed: they act on events and have no timer, but share their processor with all others."""
START_SECONDS = 5.0
"""Kubernetes' own promise: 99 % of pods start within it (kubernetes/community, pod_startup_latency.md)."""
STOP_SECONDS = 3.0
"""What comes on top of a grace period: at least 2 s to end after a preStop hook, and the kubelet's report."""
RELIST_SECONDS = 1.0
"""How often the kubelet asks its runtime which containers run (pkg/kubelet/kubelet.go, genericPlegRelistPeriod)."""
SIMULATED_SECONDS = 0.1
"""How long a simulated pod takes to be ready, and to be gone."""
MEASURED_FACTOR = 1.5
"""How much longer than the slowest pod of the baseline the next one may take."""

_SIMULATED_SLACK_SECONDS = 2.0
_STAGES = "the simulated kubelet, clusters/kwok/stages.yaml"
_SLO = "sig-scalability's pod start-up SLO: 99 % within 5 s, image present, init containers not counted"


def replaced(case: Case, *, stops_first: bool | None = None, grace_seconds: float | None = None) -> list[Term]:
    """From a pod's deletion to its successor's readiness.

    A StatefulSet and a DaemonSet wait until the old pod is gone; `stops_first` overrides that. `grace_seconds` is the
    deletion's own grace period.
    """
    first = case.kind in ("statefulset", "daemonset") if stops_first is None else stops_first
    stop = [stopped(case, grace_seconds)] if first else []
    return [*stop, reaction(case), *started(case)]


def reaction(case: Case) -> Term:
    """A controller makes another pod."""
    return Term(
        f"the {_CONTROLLERS[case.kind]} makes another pod",
        0.0,
        REACTION_SECONDS,
        f"event-driven, without a timer; {REACTION_SECONDS:g} s allowed",
    )


def stopped(case: Case, grace_seconds: float | None = None) -> Term:
    """The old pod is gone."""
    if case.timers.simulated:
        delay = 0.0 if grace_seconds == 0 else _annotated(case, "delete-delay")
        return Term("the old pod goes first", min(delay, SIMULATED_SECONDS) * 0.5, delay + 1.0, _STAGES)
    if grace_seconds == 0:
        return Term("the old pod goes first", 0.0, REACTION_SECONDS, "grace=0: it is removed from the API at once")
    grace = case.grace_seconds if grace_seconds is None else grace_seconds
    source = f"terminationGracePeriodSeconds={grace:g}, at most, and {STOP_SECONDS:g} s to report it"
    return Term("the old pod stops first", 0.0, grace + STOP_SECONDS, source)


def started(case: Case, what: str = "the pod is scheduled and its containers start") -> list[Term]:
    """A pod, or a container of it, starts and becomes ready; at least as slow as it was measured in the baseline."""
    if case.timers.simulated:
        delay = _annotated(case, "ready-delay")
        return [Term("the pod is scheduled and ready", delay * 0.9, delay + _SIMULATED_SLACK_SECONDS, _STAGES)]
    probes = _probes(case)
    start = Term(what, 0.0, START_SECONDS, _SLO)
    high = START_SECONDS + sum(term.high for term in probes)
    measured = (case.startup_seconds or 0.0) * MEASURED_FACTOR
    if measured > high:
        slowest = f"the slowest pod of the baseline took {case.startup_seconds:.1f} s, half as much again allowed"
        start = Term(what, 0.0, START_SECONDS + measured - high, slowest)
    return [start, *probes]


def ready_again(case: Case) -> Term:
    """A container that answers again is ready with its next successful probe; without one it never was not ready."""
    probes = [probe for container in containers(case) if (probe := container.get("readinessProbe"))]
    if not probes:
        return Term("it goes on", 0.0, REACTION_SECONDS, "no readiness probe")
    slowest = max(probes, key=_passing)
    high = _passing(slowest) - said(slowest, "initialDelaySeconds") + REACTION_SECONDS
    return Term("the readiness probe succeeds again", 0.0, high, probe_words(slowest, "readinessProbe"))


def failing(probe: Mapping[str, Any]) -> tuple[float, float]:
    """How long a probe may fail before it counts: from the first moment that nothing answers, in seconds.

    It is asked each period, so the first failing attempt comes within one; the last one may use up its timeout
    (pkg/kubelet/prober/worker.go). After an attempt that outlasts the period the next one follows at once.
    """
    period, timeout, failures = (said(probe, key) for key in _FAILING)
    return (failures - 1) * period, failures * max(period, timeout) + timeout


def said(probe: Mapping[str, Any], key: str) -> float:
    """A number of a probe, or the API server's default (pkg/apis/core/v1/defaults.go)."""
    return float(probe.get(key) or _DEFAULTS[key])


def probe_words(probe: Mapping[str, Any], kind: str) -> str:
    """The numbers of a probe as a source."""
    return f"{kind}: " + ", ".join(f"{key}={said(probe, key):g}" for key in _NUMBERS)


def _probes(case: Case) -> list[Term]:
    """The slowest start-up probe and the slowest readiness probe of its containers, as far as they answer at once."""
    terms = []
    for kind, text in _PROBES.items():
        found = [probe for container in containers(case) if (probe := container.get(kind))]
        if found:
            slowest = max(found, key=_passing)
            terms.append(Term(text, _least(slowest), _passing(slowest), probe_words(slowest, kind)))
    return terms


def containers(case: Case) -> list[dict[str, Any]]:
    """The containers of its pods, those that restart beside it as sidecars included."""
    sidecars = [c for c in case.pod_spec.get("initContainers") or [] if c.get("restartPolicy") == "Always"]
    return [*sidecars, *(case.pod_spec.get("containers") or [])]


def _least(probe: Mapping[str, Any]) -> float:
    """The delay counts from a start that is cut to whole seconds, so up to one second may be missing."""
    return max(0.0, said(probe, "initialDelaySeconds") - 1)


def _passing(probe: Mapping[str, Any]) -> float:
    successes = said(probe, "successThreshold")
    return said(probe, "initialDelaySeconds") + successes * said(probe, "periodSeconds") + said(probe, "timeoutSeconds")


def _annotated(case: Case, name: str) -> float:
    annotations = (case.pod.get("metadata") or {}).get("annotations") or {}
    try:
        return float(Seconds.parse(annotations[f"kwok.healproof.dev/{name}"]))
    except (KeyError, ValueError):
        return SIMULATED_SECONDS


_PROBES = {
    "startupProbe": "the start-up probe succeeds",
    "readinessProbe": "the readiness probe succeeds",
}
_FAILING = ("periodSeconds", "timeoutSeconds", "failureThreshold")
_NUMBERS = ("initialDelaySeconds", "periodSeconds", "timeoutSeconds", "successThreshold", "failureThreshold")
_DEFAULTS = {field.encode_name: field.default for field in msgspec.structs.fields(ProbeForm)}
_CONTROLLERS = {
    "deployment": "ReplicaSet controller",
    "statefulset": "StatefulSet controller",
    "daemonset": "DaemonSet controller",
}
