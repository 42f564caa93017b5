"""Probes and recordings for these tests, small enough to be followed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.budget.manifest import ProbeForm
from harness.probes.answers import Answer, Counted, Stretch
from harness.probes.subject import Kind, Subject
from harness.statistics.survival import Time

HTTP = {"httpGet": {"path": "/healthz", "port": 8080}}
DAY_SECONDS = 24 * 3600.0


def probe(period: int = 10, timeout: int = 1, failures: int = 3, delay: int = 0) -> ProbeForm:
    return ProbeForm(delay, period, timeout, 1, failures)


def written(period: int = 10, timeout: int = 1, failures: int = 3, delay: int = 0) -> dict[str, Any]:
    numbers = {"periodSeconds": period, "timeoutSeconds": timeout, "failureThreshold": failures}
    return {**HTTP, **numbers, "initialDelaySeconds": delay}


def stalled(*stalls: tuple[float, float], seconds: float = 600.0, every: float = 0.5) -> Stretch:
    """Answers each half second, at once but within these stalls: (begin, end)."""
    times = [number * every for number in range(int(seconds / every) + 1)]
    inside = [any(begin <= at < end for begin, end in stalls) for at in times]
    return Stretch(Answer(at, 1e6 if slow else 0.01) for at, slow in zip(times, inside, strict=True))


def subject(
    probes: dict[Kind, dict[str, Any]] | None = None,
    *stretches: Stretch,
    counted: Sequence[Counted] = (),
    starts: Sequence[float] = (),
) -> Subject:
    return Subject(
        object="deployment/web",
        namespace="shop",
        container="web",
        probes={Kind.LIVENESS: written(), Kind.READINESS: written()} if probes is None else probes,
        stretches=stretches,
        counted=counted,
        starts=[Time(seconds) for seconds in starts],
    )


def quiet(days: float) -> Counted:
    """So many days of probes each 10 s, none of which failed or took longer than a second."""
    probes = int(days * DAY_SECONDS / 10)
    return Counted(probes, 0, 10, 1, {0.5: probes - 1, 1.0: probes})
