"""Nodes whose object is deleted: the pod garbage collector finds their pods orphaned."""

from __future__ import annotations

from harness.budget.family import FAMILIES, Case, Family
from harness.budget.pods import reaction, started
from harness.model.budget import Budget, Term

CHECK_SECONDS, QUARANTINE_SECONDS = 20.0, 40.0
"""pkg/controller/podgc/gc_controller.go: it looks that often, and waits so long for a node to come back."""


@FAMILIES.enter("node-deleted")
class NodeDeleted(Family):
    """The collector finds a pod of no node at one look and deletes it at the first one after its quarantine."""

    def from_injection(self, case: Case) -> Budget:
        """No flag changes the collector's times; it deletes by force, so a StatefulSet goes on as well."""
        if case.kind == "daemonset":
            return case.never("a DaemonSet's pod has no other node to go to")
        collected = Term(
            "the pod garbage collector deletes the orphans",
            QUARANTINE_SECONDS,
            QUARANTINE_SECONDS + 2 * CHECK_SECONDS + 2.0,
            "kube-controller-manager, podgc: looks every 20 s, quarantine 40 s",
        )
        return case.budget(collected, reaction(case), *started(case))
