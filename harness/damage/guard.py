"""The guard: says no before anything is touched. It knows what a plan would touch and what this run may touch."""

from __future__ import annotations

from harness.faults.site import Plan
from harness.model.cluster import Capability, ClusterRecord
from harness.model.errors import GuardRefused

PROTECTED_NAMESPACES = frozenset({"kube-system", "kube-public", "kube-node-lease", "local-path-storage"})


def check_unprotected(namespace: str) -> None:
    """Refuse a namespace that every cluster lives from."""
    if namespace in PROTECTED_NAMESPACES:
        raise GuardRefused(
            f"namespace {namespace} is protected: healproof never breaks anything in it",
            hint="name a namespace that holds nothing but what may be broken",
        )


def check_namespace(record: ClusterRecord, namespace: str) -> None:
    """Refuse a namespace that is protected, or that was not allowed on a cluster which is not healproof's own."""
    check_unprotected(namespace)
    if record.namespaces is not None and namespace not in record.namespaces:
        allowed = ", ".join(record.namespaces) or "none"
        raise GuardRefused(
            f"namespace {namespace} was not allowed on cluster {record.name}; allowed: {allowed}",
            hint="name it with --healproof-namespaces",
        )


def check(plan: Plan, record: ClusterRecord, namespace: str) -> None:
    """Refuse a plan that reaches outside the scenario's own namespace or touches nodes it may not touch."""
    check_namespace(record, namespace)
    for touch in plan.touches:
        if touch.resource == "nodes":
            _check_node(record, touch.name)
        elif touch.namespace != namespace:
            raise GuardRefused(
                f"{touch.deed}: {touch.resource}/{touch.name} is in namespace {touch.namespace or '(none)'}; "
                f"this scenario may touch {namespace} only"
            )


def _check_node(record: ClusterRecord, node: str) -> None:
    if node not in record.nodes:
        known = ", ".join(record.nodes) or "none"
        raise GuardRefused(f"node {node} does not belong to cluster {record.name}; its nodes are {known}")
    if Capability.DISPOSABLE not in record.capabilities and Capability.NODE_EXEC not in record.capabilities:
        raise GuardRefused(
            f"node {node}: cluster {record.name} was not made by healproof and faults on its nodes were not allowed",
            hint="allow them with --healproof-node-access",
        )
