"""Pods that are deleted, fail or are let go of: their controller makes others."""

from __future__ import annotations

from harness.budget.family import FAMILIES, Case, Family
from harness.budget.pods import reaction, replaced, started
from harness.model.budget import Budget


@FAMILIES.enter("pod-loss")
class PodLoss(Family):
    """A ReplicaSet replaces at once what is terminating; a StatefulSet and a DaemonSet wait until it is gone."""

    def from_injection(self, case: Case) -> Budget:
        """Stop where the controller waits for it, then a new pod."""
        grace = case.field("grace")
        return case.budget(*replaced(case, grace_seconds=None if grace is None else float(grace)))

    def from_undo(self, case: Case) -> Budget:
        """There is nothing to undo: the new pod was on its way all the time, or starts now."""
        return self.from_injection(case)


@FAMILIES.enter("pod-orphan")
class PodOrphan(Family):
    """A pod whose label no longer fits runs on, without its controller."""

    def from_injection(self, case: Case) -> Budget:
        """The name of a StatefulSet's pod is taken as long as the orphan lives."""
        if case.kind == "statefulset":
            return case.never("a StatefulSet makes no second pod of a name that is taken")
        return case.budget(reaction(case), *started(case))
