"""Where a run may break anything: namespaces, nodes, the control plane. Knows nothing of how much at once."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from harness.damage.addition import Addition
from harness.damage.outage import CONTROL_PLANE
from harness.damage.plan import Plan, fault_of
from harness.damage.site import Touch
from harness.model.cluster import Capability, ClusterRecord
from harness.model.errors import GuardRefused
from harness.model.limits import PROTECTED, Confirmation, Limits
from harness.model.scenario import Fault, Reach

_CONFIRM = f"confirm it with --healproof-confirm={Confirmation.CONTROL_PLANE}"


def check_unprotected(namespace: str, protected: AbstractSet[str] = frozenset()) -> None:
    """Refuse a namespace that every cluster lives from, or that the user protects."""
    if namespace in PROTECTED | protected:
        raise GuardRefused(
            f"namespace {namespace} is protected: healproof never breaks anything in it",
            hint="name a namespace that holds nothing but what may be broken",
        )


def check_namespace(record: ClusterRecord, namespace: str, limits: Limits | None = None) -> None:
    """Refuse a namespace that is protected, or that was not allowed on a cluster which is not healproof's own."""
    check_unprotected(namespace, (limits or Limits()).protected)
    if record.namespaces is not None and namespace not in record.namespaces:
        allowed = ", ".join(record.namespaces) or "none"
        raise GuardRefused(
            f"namespace {namespace} was not allowed on cluster {record.name}; allowed: {allowed}",
            hint="name it with --healproof-namespaces",
        )


def check(fault: Fault, plan: Plan, record: ClusterRecord, namespace: str, limits: Limits | None = None) -> None:
    """Refuse a plan that touches what its fault may not touch from this namespace of this cluster."""
    limits, reach = limits or Limits(), fault_of(fault, plan).reach
    check_namespace(record, namespace, limits)
    if reach is Reach.CONTROL_PLANE:
        check_confirmed(record, limits)
    added = {step.touch() for step in plan.steps if isinstance(step, Addition)}
    for touch in plan.touches:
        if touch.resource == "nodes":
            check_node(record, touch.name)
        elif touch.resource == CONTROL_PLANE:
            _check_part(touch, reach)
        elif not touch.namespace:
            _check_cluster_wide(touch, reach, record, limits, is_new=touch in added)
        elif touch.namespace != namespace:
            _check_foreign(touch, reach, namespace, limits)


def check_nodes_allowed(record: ClusterRecord, what: str) -> None:
    """Refuse whatever changes nodes of a cluster where that was not allowed."""
    if not record.disposable and Capability.NODE_EXEC not in record.capabilities:
        raise GuardRefused(
            f"{what}: cluster {record.name} was not made by healproof and faults on its nodes were not allowed",
            hint="allow them with --healproof-node-access",
        )


def check_node(record: ClusterRecord, node: str) -> None:
    """Refuse a node of another cluster, or of one whose nodes may not be touched."""
    if node not in record.nodes:
        known = ", ".join(record.nodes) or "none"
        raise GuardRefused(
            f"node {node} does not belong to cluster {record.name}; its nodes are {known}",
            hint="name one of them, or let `hosting` choose",
        )
    check_nodes_allowed(record, f"node {node}")


def check_confirmed(record: ClusterRecord, limits: Limits) -> None:
    """Refuse to reach the control plane of somebody's own cluster unless that was confirmed."""
    if not record.disposable and Confirmation.CONTROL_PLANE not in limits.confirmed:
        raise GuardRefused(
            f"cluster {record.name} was not made by healproof: breaking its control plane was not confirmed",
            hint=_CONFIRM,
        )


def _check_part(touch: Touch, reach: Reach) -> None:
    if reach is not Reach.CONTROL_PLANE:
        raise GuardRefused(
            f"{touch.deed}: {touch.name} is a part of the control plane; a fault that reaches {reach} may not touch it",
            hint="this is a mistake of the fault's: `reach` must say control-plane",
        )


def _check_cluster_wide(touch: Touch, reach: Reach, record: ClusterRecord, limits: Limits, *, is_new: bool) -> None:
    """An object that belongs to no namespace is everybody's."""
    if not is_new and reach is Reach.NAMESPACE:
        raise GuardRefused(
            f"{touch.deed}: {touch.resource}/{touch.name} is in no namespace; "
            f"a fault that reaches its namespace only may add such objects, not change them",
            hint="this is a mistake of the fault's: `reach` must say nodes or control-plane",
        )
    if not record.disposable and Confirmation.CONTROL_PLANE not in limits.confirmed:
        raise GuardRefused(
            f"{touch.deed}: {touch.resource}/{touch.name} is everybody's on cluster {record.name}, "
            "which was not made by healproof",
            hint=_CONFIRM,
        )


def _check_foreign(touch: Touch, reach: Reach, namespace: str, limits: Limits) -> None:
    """The parts that a cluster lives from may be named by faults of the control plane, and nothing else may."""
    if reach is Reach.CONTROL_PLANE and touch.namespace in PROTECTED - limits.protected:
        return
    raise GuardRefused(
        f"{touch.deed}: {touch.resource}/{touch.name} is in namespace {touch.namespace}; "
        f"this scenario may touch {namespace} only",
        hint="name an object of the scenario's own workload",
    )
