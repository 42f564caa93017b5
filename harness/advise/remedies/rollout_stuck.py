"""The remedy of `rollout-stuck`: back to the revision that serves."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.template import rollback
from harness.model.advice import Advice, Patch, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.workloads import Workload
from harness.model.scene import Scene
from harness.registry import REMEDIES

_DEADLINE_SECONDS = 600
"""Kubernetes' own default."""


@REMEDIES.enter("rollout-stuck")
class RolloutStuck(Remedy):
    """Undo; a longer deadline only where the new pods are slow and well."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The way back, then the deadline."""
        changed = cause.facts.get("changed", "")
        yield Advice(
            text="Put the Deployment back to its revision before: Kubernetes reports that the roll-out is stuck, and "
            "does nothing about it. The old pods serve meanwhile."
            + (f" The new revision changed {changed}: look there." if changed else ""),
            severity=Severity.HIGH,
            commands=rollback(scene, cause.object) or [kubectl(scene.namespace, "rollout", "undo", cause.object)],
        )
        workload = scene.named("deployments", Workload, cause.object.partition("/")[2])
        deadline = workload.spec.progress_deadline_seconds if workload else None
        if deadline is not None and deadline < _DEADLINE_SECONDS:
            body = {"spec": {"progressDeadlineSeconds": _DEADLINE_SECONDS}}
            yield Advice(
                text=f"If the new pods are well and only slow, wait longer for them: {deadline} s pass before a "
                f"roll-out counts as stuck; {_DEADLINE_SECONDS} s is usual.",
                severity=Severity.LOW,
                patches=[Patch(object=cause.object, namespace=scene.namespace, body=body)],
            )
