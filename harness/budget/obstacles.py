"""What keeps lost pods from being replaced until it is gone: refused admission, no room."""

from __future__ import annotations

from harness.budget.family import FAMILIES, Case, Family
from harness.model.budget import Budget, Term

RETRY_SECONDS_MAX = 1000.0
"""client-go, util/workqueue: a refused item is tried again after 5 ms, then each time twice that, up to this."""
BACKOFF_SECONDS_MAX, FLUSH_SECONDS = 10.0, 1.0
"""pkg/scheduler/backend/queue: the longest back-off of a pod that fits nowhere, and how often it is looked at."""


@FAMILIES.enter("admission")
class Admission(Family):
    """Quota, LimitRange or webhook refuse new pods (kubernetes/kubernetes#98656)."""

    obstacle = True

    def from_injection(self, case: Case) -> Budget:
        """What runs is left alone."""
        return case.never("while it is refused no lost pod is replaced")

    def from_undo(self, case: Case) -> Budget:
        """Controllers try again at ever longer intervals, each other event counting as a try."""
        source = "kube-controller-manager, work queues: 5 ms doubled at each refusal, at most 1000 s"
        return case.budget(Term("the controller tries again", 0.0, RETRY_SECONDS_MAX, source))


@FAMILIES.enter("capacity")
class Capacity(Family):
    """A node that takes no new pods."""

    obstacle = True

    def from_injection(self, case: Case) -> Budget:
        """What runs is left alone; whether other nodes have room is not in the manifests."""
        return case.unknown("whether other nodes have room is not in the manifests")

    def from_undo(self, case: Case) -> Budget:
        """The scheduler hears of the room and tries again after the pod's back-off."""
        source = "kube-scheduler, podInitialBackoffSeconds=1 doubled up to podMaxBackoffSeconds=10; flushed every 1 s"
        high = BACKOFF_SECONDS_MAX + FLUSH_SECONDS
        return case.budget(Term("the scheduler tries again", 0.0, high, source))
