"""Advice from a broken promise of a scenario: the pods it takes to keep it, and how they stop. Reads no timeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from harness.expect.available import Available
from harness.expect.never_below import NeverBelow
from harness.model.advice import Advice, Patch, Severity
from harness.model.scenario import Fault, Scenario
from harness.model.verdict import Outcome, Verdict

_SCALED = ("deployment", "statefulset")
_WAIT_SECONDS = 5
_GRACE_SECONDS = 30
"""Kubernetes' default."""


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


def graceful_stop(verdict: Verdict, manifests: Sequence[dict[str, Any]]) -> Iterator[Advice]:
    """Where requests failed: a wait before the stop, for each container that stops at once."""
    broken = {each.expectation for each in verdict.findings if each.outcome is Outcome.FAILED}
    for each in manifests if Available.name in broken else ():
        if str(each.get("kind", "")).lower() not in _SCALED:
            continue
        pod = each["spec"]["template"]["spec"]
        names = [one["name"] for one in pod["containers"] if "preStop" not in (one.get("lifecycle") or {})]
        if names:
            waits = {"lifecycle": {"preStop": {"sleep": {"seconds": _WAIT_SECONDS}}}}
            spec: dict[str, Any] = {"containers": [{"name": name, **waits} for name in names]}
            grace = pod.get("terminationGracePeriodSeconds", _GRACE_SECONDS)
            if grace <= 2 * _WAIT_SECONDS:
                spec["terminationGracePeriodSeconds"] = grace + _WAIT_SECONDS
            ref = f"{str(each['kind']).lower()}/{each['metadata']['name']}"
            yield Advice(
                text=f"Let {', '.join(names)} of {ref} go on serving for {_WAIT_SECONDS} s before it is told to stop: "
                "nodes still send it requests until all of them know that it goes (preStop sleep, from Kubernetes "
                "1.30 on).",
                severity=Severity.HIGH,
                patches=[Patch(object=ref, body={"spec": {"template": {"spec": spec}}})],
            )


def _hit(fault: Fault) -> int:
    """How many pods of a workload a fault takes at once, as far as its fields say; one where they do not."""
    return int(getattr(fault, "count", None) or 1)


def _replicas(manifests: Sequence[dict[str, Any]], ref: str) -> int | None:
    for each in manifests:
        if f"{str(each.get('kind', '')).lower()}/{each.get('metadata', {}).get('name', '')}" == ref:
            return int((each.get("spec") or {}).get("replicas", 1))
    return None
