"""Advice from a promise of a scenario that was broken: how many pods it takes to keep it. Reads no timeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from harness.expect.never_below import NeverBelow
from harness.model.advice import Advice, Patch, Severity
from harness.model.scenario import Fault, Scenario
from harness.model.verdict import Outcome, Verdict

_SCALED = ("deployment", "statefulset")


def replicas_for(scenario: Scenario, verdict: Verdict, manifests: Sequence[dict[str, Any]]) -> Iterator[Advice]:
    """For each promise `never-below` that cannot be kept: as many pods as are promised, and those that are hit."""
    broken = {each.expectation for each in verdict.findings if each.outcome is Outcome.FAILED}
    hit = max((_hit(each) for fault in scenario.faults for each in fault.may_be()), default=0)
    for promise in scenario.expect if NeverBelow.name in broken else ():
        if not isinstance(promise, NeverBelow) or promise.of.kind not in _SCALED:
            continue
        wanted, now = promise.ready + hit, _replicas(manifests, str(promise.of))
        if now is not None and now < wanted:
            yield Advice(
                text=f"Run {wanted} pods of {promise.of} instead of {now}: {promise.ready} must always be ready, "
                f"and the fault takes {hit} at once.",
                severity=Severity.HIGH,
                patches=[Patch(object=str(promise.of), body={"spec": {"replicas": wanted}})],
            )


def _hit(fault: Fault) -> int:
    """How many pods of a workload a fault takes at once, as far as its fields say; one where they do not."""
    return int(getattr(fault, "count", None) or 1)


def _replicas(manifests: Sequence[dict[str, Any]], ref: str) -> int | None:
    for each in manifests:
        if f"{str(each.get('kind', '')).lower()}/{each.get('metadata', {}).get('name', '')}" == ref:
            return int((each.get("spec") or {}).get("replicas", 1))
    return None
