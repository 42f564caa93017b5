"""Containers that end: the kubelet restarts them in their pod, after a back-off that grows."""

from __future__ import annotations

from itertools import pairwise

from harness.budget.family import FAMILIES, Case, Family
from harness.budget.pods import RELIST_SECONDS, started
from harness.model.budget import Budget, Term
from harness.model.timers import Timers

SHOWN_MAX = 8
"""How many back-offs in a row are listed."""


@FAMILIES.enter("container-exit")
class ContainerExit(Family):
    """The kubelet lists what runs each second, waits for the back-off, and starts the container again."""

    def from_injection(self, case: Case) -> Budget:
        """The first restart is at once; each further one within a while waits twice as long as the one before."""
        relist = Term("the kubelet notices the end", 0.0, RELIST_SECONDS, "kubelet, relists its containers every 1 s")
        restarts = started(case, "the container starts again")
        return case.budget(relist, backoff(case), *restarts, beside=(_series(case),))


def backoff(case: Case) -> Term:
    """The wait before this restart: the number of rounds says the most that went before it in the same pod.

    The kubelet looks again after up to one and a half times the wait (pkg/kubelet/pod_workers.go, completeWork).
    """
    before = (case.field("times") or 1) - 1
    waits = backoffs(case.timers)
    wait = waits[min(before, len(waits) - 1)]
    late = 0.5 * min(wait, case.timers.sync_frequency)
    same_pod = case.replicas == 1 or case.field("all", False)
    text = f"restart {before + 1} of its container waits" if before else "the first restart does not wait"
    sources = dict.fromkeys(case.timers.source(name) for name in ("crash_loop_initial", "crash_loop_max"))
    return Term(text, wait if same_pod else 0.0, wait + late, "; ".join(sources))


def backoffs(timers: Timers) -> list[float]:
    """The back-offs of one container in a row, in seconds: none, the first, then each twice the last, up to the most.

    Who ran for longer than twice the most begins anew (client-go, util/flowcontrol/backoff.go).
    """
    waits = [0.0, min(timers.crash_loop_initial, timers.crash_loop_max)]
    while 0 < waits[-1] < timers.crash_loop_max:
        waits.append(min(waits[-1] * 2, timers.crash_loop_max))
    return waits


def _series(case: Case) -> Term:
    waits = backoffs(case.timers)
    shown = ", ".join(f"{wait:g}" for wait, _ in pairwise([*waits[:SHOWN_MAX], 0.0]))
    text = f"restarts in a row wait {shown} s, and no longer"
    return Term(text, 0.0, waits[-1], case.timers.source("crash_loop_max"))
