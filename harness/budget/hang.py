"""Containers that hang: only a liveness probe can tell, and the kubelet then restarts them."""

from __future__ import annotations

from typing import Any

from harness.budget.container_exit import backoff
from harness.budget.family import FAMILIES, Case, Family
from harness.budget.pods import STOP_SECONDS, containers, failing, probe_words, ready_again, started
from harness.model.budget import Budget, Term


@FAMILIES.enter("hang")
class Hang(Family):
    """All processes of a container stand still: connections are accepted by the kernel and never answered."""

    def from_injection(self, case: Case) -> Budget:
        """Noticed by the liveness probe, killed after the grace period, started again."""
        probe = _container(case).get("livenessProbe")
        if not probe:
            return case.never("without a liveness probe nobody notices a process that hangs")
        if "httpGet" not in probe and "grpc" not in probe:
            way = "an exec probe" if "exec" in probe else "a TCP probe"
            return case.unknown(f"whether {way} notices a stopped process depends on what it asks, and on the kernel")
        low, high = failing(probe)
        grace = float(probe.get("terminationGracePeriodSeconds", case.grace_seconds))
        return case.budget(
            Term("with these probes the hung container is noticed", low, high, probe_words(probe, "livenessProbe")),
            Term(
                "it does not end when asked to, and is killed",
                grace,
                grace + STOP_SECONDS,
                f"terminationGracePeriodSeconds={grace:g}, and {STOP_SECONDS:g} s to report it",
            ),
            backoff(case),
            *started(case, "the container starts again"),
        )

    def from_undo(self, case: Case) -> Budget:
        """A container that nobody restarted goes on, and its readiness probe finds that out."""
        if self.from_injection(case).finite:
            return case.unknown("whether it was restarted or goes on depends on when it is undone")
        return case.budget(ready_again(case))


def _container(case: Case) -> dict[str, Any]:
    """The container that is hit: the one named, else the first."""
    name = case.field("container", "")
    found = containers(case)
    return next((each for each in found if each["name"] == name), (case.pod_spec.get("containers") or [{}])[0])
