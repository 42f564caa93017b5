"""Bad templates rolled out: nobody rolls back by himself, and putting the template back is a roll-out as well."""

from __future__ import annotations

import math
from collections.abc import Callable

from harness.budget.family import FAMILIES, Case, Family
from harness.budget.pods import REACTION_SECONDS, reaction, started, stopped
from harness.model.budget import Budget, Term

PROGRESS_SECONDS = 600.0
"""The Deployment's progressDeadlineSeconds where it is not said."""

_STEPS = 2
"""Reactions that putting a template back takes: the Deployment's controller, then its ReplicaSets'."""


@FAMILIES.enter("rollout")
class Rollout(Family):
    """A template whose pods never become ready."""

    def runs(self, case: Case) -> bool:
        """Whether the new pods are ready for a while, so that the roll-out may have taken any of the old ones."""
        return str(case.field("probe")) == "liveness" or str(case.field("how")) == "slow"

    def from_injection(self, case: Case) -> Budget:
        """A Deployment says at its deadline that it fails; that is all."""
        if case.kind != "deployment":
            return case.never("nobody puts the template back")
        said = case.field("progress_deadline") or case.spec.get("progressDeadlineSeconds", PROGRESS_SECONDS)
        deadline = float(said)
        flagged = Term(
            "the Deployment is flagged with ProgressDeadlineExceeded",
            deadline,
            deadline + 1.0 + float(case.spec.get("minReadySeconds", 0)),
            f"progressDeadlineSeconds={deadline:g}, from the last progress",
        )
        return case.never("nobody puts the template back: a Deployment is only flagged", flagged)

    def from_undo(self, case: Case) -> Budget:
        """Bad pods are removed; those that the roll-out has taken away start again, in as many rounds as it needs."""
        acts = Term(
            "the controllers act on the template that is put back",
            0.0,
            _STEPS * REACTION_SECONDS,
            f"event-driven, without a timer; {_STEPS * REACTION_SECONDS:g} s allowed",
        )
        rounds, source = _rounds(case, runs=self.runs(case))
        settle = float(case.spec.get("minReadySeconds", 0))
        if not rounds:
            return case.budget(acts, *_settled(settle))
        waits = [reaction(case), *started(case)]
        if case.kind != "deployment":
            waits.insert(0, stopped(case))
        high = rounds * (sum(term.high for term in waits) + settle)
        return case.budget(acts, Term("pods of the old template start where they are missing", 0.0, high, source))


@FAMILIES.enter("running-rollout")
class RunningRollout(Rollout):
    """A template whose pods may be ready before they fail."""

    def runs(self, case: Case) -> bool:
        """Always: what keeps them from being ready is not in the manifests."""
        return True


def _settled(seconds: float) -> list[Term]:
    """No bad pod is removed while a kept one is too young to count as available.

    pkg/controller/deployment/rolling.go, reconcileOldReplicaSets.
    """
    if not seconds:
        return []
    return [Term("the pods that were kept count as available", 0.0, seconds, f"minReadySeconds={seconds:g}, at most")]


def _rounds(case: Case, *, runs: bool) -> tuple[int, str]:
    """How many rounds of new pods it takes at most, and why."""
    if case.kind != "deployment":
        return case.replicas, f"one pod after another, {case.replicas} at most"
    strategy = (case.spec.get("strategy") or {}).get("rollingUpdate") or {}
    surge = _count(strategy.get("maxSurge", "25%"), case.replicas, math.ceil)
    away = _count(strategy.get("maxUnavailable", "25%"), case.replicas, math.floor)
    step = max(1, surge + away)
    source = f"maxSurge={surge}, maxUnavailable={away} of {case.replicas} pods"
    if runs:
        return math.ceil(case.replicas / step), source
    return (1, source) if away else (0, source)


def _count(written: int | str, replicas: int, rounded: Callable[[float], int]) -> int:
    if isinstance(written, str) and written.endswith("%"):
        return rounded(replicas * float(written[:-1]) / 100)
    return int(written)
