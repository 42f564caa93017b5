"""Liveness that asks just what readiness asks."""

from __future__ import annotations

from typing import Any, ClassVar

from harness.security.check import CHECKS, Check, Severity
from harness.security.objects import Container, Manifest, Workload


@CHECKS.enter("same-probes")
class SameProbes(Check):
    """A liveness probe that is slower than readiness, or asks less."""

    severity: ClassVar[Severity] = Severity.MEDIUM
    why: ClassVar[str] = (
        "What should only take a pod out of traffic for a while restarts it: under load, or while something it "
        "depends on is away, all replicas are killed together. The patch lets it give up much later."
    )

    def of_container(self, container: Container, workload: Workload) -> tuple[str, dict[str, Any]] | None:
        """The same question, given up at the same time."""
        live, ready = container.data.get("livenessProbe"), container.data.get("readinessProbe")
        if not live or not ready or _asks(live) != _asks(ready) or _patience(live) > _patience(ready):
            return None
        return "liveness asks what readiness asks, as soon", {
            "livenessProbe": {"periodSeconds": max(10, _period(live)), "failureThreshold": 6}
        }


def _asks(probe: Manifest) -> Manifest:
    return {key: probe[key] for key in ("httpGet", "tcpSocket", "exec", "grpc") if key in probe}


def _period(probe: Manifest) -> int:
    return int(probe.get("periodSeconds", 10))


def _patience(probe: Manifest) -> int:
    return _period(probe) * int(probe.get("failureThreshold", 3))
