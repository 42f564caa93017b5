"""What can be refused before a scenario places anything: from its data, the cluster's record and the limits alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from harness.damage.guard.amounts import check_faults, check_share
from harness.damage.guard.where import check_confirmed, check_namespace, check_node, check_nodes_allowed
from harness.damage.victims import Victims, number_of
from harness.load_workload import is_in_workload, manifest_ref
from harness.model.agenda import most_at_once, rounds_of
from harness.model.cluster import ClusterRecord
from harness.model.errors import GuardRefused
from harness.model.limits import Limits
from harness.model.scenario import Fault, Reach, Scenario
from harness.model.units import Ref


def foresee(scenario: Scenario, record: ClusterRecord, limits: Limits, namespace: str) -> None:
    """Refuse a scenario of which its data alone tell that a guard would refuse it later. Asks no cluster."""
    check_namespace(record, namespace, limits)
    check_faults(most_at_once(scenario), limits)
    for fault in (each for written in scenario.faults for each in written.may_be()):
        _check_reach(fault, record, limits)
        for ref in _refs(fault):
            if not is_in_workload(ref, scenario.manifests):
                known = ", ".join(sorted(map(manifest_ref, scenario.manifests)))
                raise GuardRefused(f"{fault.name}: {ref} is not in the workload", hint=f"name one of {known}")
    _check_pods(scenario, limits)


def pods_of(fault: Fault, manifests: list[dict[str, Any]]) -> dict[Ref, tuple[int, int]]:
    """Of how many pods a fault hits how many at least, by workload; only where the manifests tell."""
    if not isinstance(fault, Victims):
        return {}
    replicas = {
        Ref(manifest_ref(manifest)): int(manifest["spec"].get("replicas", 1))
        for manifest in manifests
        if manifest["kind"] in ("Deployment", "StatefulSet") and fault.select.matches(_labels(manifest))
    }
    wanted = number_of(fault, sum(replicas.values()))
    return {ref: (min(own, max(0, wanted - (sum(replicas.values()) - own))), own) for ref, own in replicas.items()}


def _check_reach(fault: Fault, record: ClusterRecord, limits: Limits) -> None:
    if fault.reach is Reach.CONTROL_PLANE:
        check_confirmed(record, limits)
    elif fault.reach is Reach.NODES:
        check_nodes_allowed(record, fault.name)
    for node in _nodes(fault):
        check_node(record, node)


def _check_pods(scenario: Scenario, limits: Limits) -> None:
    """Faults that are due at the same time hit pods together."""
    together: dict[float, dict[Ref, int]] = {}
    totals: dict[Ref, int] = {}
    for round_ in rounds_of(scenario):
        sums = together.setdefault(round_.due, {})
        for ref, (hit, total) in _most(scenario.faults[round_.fault], scenario.manifests).items():
            totals[ref] = total
            sums[ref] = min(total, sums.get(ref, 0) + hit)
    for sums in together.values():
        for ref, hit in sums.items():
            check_share(hit, totals[ref], str(ref), limits)


def _most(fault: Fault, manifests: list[dict[str, Any]]) -> dict[Ref, tuple[int, int]]:
    """What the worst of the faults that it may turn out to be hits."""
    worst: dict[Ref, tuple[int, int]] = {}
    for each in fault.may_be():
        for ref, hits in pods_of(each, manifests).items():
            worst[ref] = max(hits, worst.get(ref, (0, 0)))
    return worst


def _nodes(fault: Fault) -> Iterator[str]:
    node = getattr(fault, "node", "")
    if isinstance(node, str) and node:
        yield node
    yield from (ref.name for ref in _refs(fault) if ref.kind == "node")


def _refs(fault: Fault) -> Iterator[Ref]:
    for field in msgspec.structs.fields(fault):
        value = getattr(fault, field.name)
        yield from (ref for ref in (value if isinstance(value, list | tuple) else (value,)) if isinstance(ref, Ref))


def _labels(manifest: dict[str, Any]) -> dict[str, str]:
    labels: dict[str, str] = manifest["spec"].get("template", {}).get("metadata", {}).get("labels", {})
    return labels
