"""Pods evicted one after another, as fast as their disruption budget allows: evictions and drains."""

from __future__ import annotations

import math
from typing import Any

from harness.budget.family import FAMILIES, Case, Family
from harness.budget.pods import replaced
from harness.model.budget import Budget, Term


@FAMILIES.enter("eviction")
class Eviction(Family):
    """The fault counts as injected with its last eviction, so only the last pods are still to be replaced.

    How long the evictions themselves take stands beside: each round waits until the pods of the round before are
    ready again (kubernetes/kubernetes#105296).
    """

    def from_injection(self, case: Case) -> Budget:
        """The last round's replacements."""
        draining = case.fault.name == "node-drain"
        if draining and case.kind == "daemonset":
            return case.never("a drain leaves the pods of a DaemonSet alone, so nothing breaks that could heal")
        if draining and (case.spec.get("volumeClaimTemplates") or claims(case)):
            return case.unknown("whether its volumes can follow the pod to another node is not in the manifests")
        allowed = disruptions_allowed(case)
        if allowed == 0:
            return case.never("its disruption budget allows no eviction, so a drain waits for ever")
        terms = replaced(case)
        if allowed is None:
            return case.budget(*terms)
        rounds = math.ceil(case.replicas / allowed)
        high = (rounds - 1) * sum(term.high for term in terms)
        source = f"ceil({case.replicas}/{allowed}) rounds, {allowed} at a time by its PodDisruptionBudget"
        drain = Term("evicting them all takes, one round after another", 0.0, high, source)
        return case.budget(*terms, beside=(drain,))


def claims(case: Case) -> list[str]:
    """The claims that its pods mount."""
    volumes = case.pod_spec.get("volumes") or []
    return [volume["persistentVolumeClaim"]["claimName"] for volume in volumes if "persistentVolumeClaim" in volume]


def disruptions_allowed(case: Case) -> int | None:
    """How many of its pods may be evicted at once while all are healthy; None where no budget selects them."""
    allowed = [
        _allowed(manifest["spec"], case.replicas)
        for manifest in case.manifests
        if manifest["kind"] == "PodDisruptionBudget" and _selects(manifest["spec"], case.labels)
    ]
    return min(allowed, default=None)


def _selects(spec: dict[str, Any], labels: dict[str, str]) -> bool:
    wanted = (spec.get("selector") or {}).get("matchLabels") or {}
    return bool(wanted) and wanted.items() <= labels.items()


def _allowed(spec: dict[str, Any], replicas: int) -> int:
    """Both numbers may be percentages, which are rounded up (pkg/controller/disruption/disruption.go)."""
    if "maxUnavailable" in spec:
        return min(_count(spec["maxUnavailable"], replicas), replicas)
    return max(0, replicas - _count(spec.get("minAvailable", 0), replicas))


def _count(written: int | str, replicas: int) -> int:
    if isinstance(written, str) and written.endswith("%"):
        return math.ceil(replicas * float(written[:-1]) / 100)
    return int(written)
