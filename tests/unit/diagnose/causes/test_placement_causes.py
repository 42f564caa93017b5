"""When the reason that no node takes a pod is named: resources, rules, ports, volumes, numbers."""

from __future__ import annotations

from typing import Any

import pytest

from diagnose.asked import first, named, suspicions
from diagnose.scenes import Document, ago, changed, container, deployment, node, pod, scene

CONTROL_PLANE = "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }"


def pending(message: str, **spec: Any) -> list[Document]:
    """A workload whose pod is refused by the scheduler with this message, and two workers."""
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": f"0/3 nodes are available: {message}. preemption: 0/3 nodes are available: 3 No victims.",
        "lastTransitionTime": ago(30),
    }
    status = {"phase": "Pending", "conditions": [condition], "containerStatuses": []}
    one = pod("web-1", status=status, **{"nodeName": "", **spec})
    return [*deployment(one, replicas=1), node("worker"), node("worker2")]


@pytest.mark.parametrize(
    ("message", "cause", "layer"),
    [
        ("2 Insufficient cpu", "insufficient-resources", "capacity"),
        ("2 Insufficient cpu, 2 Insufficient memory", "insufficient-resources", "capacity"),
        ("2 Too many pods", "too-many-pods", "capacity"),
        ("2 node(s) didn't have free ports for the requested pod ports", "host-port-conflict", "configuration"),
        ("2 node(s) didn't match Pod's node affinity/selector", "node-selector-unmatched", "configuration"),
        ("2 node(s) didn't match pod anti-affinity rules", "node-selector-unmatched", "configuration"),
        ("2 node(s) didn't match pod topology spread constraints", "node-selector-unmatched", "configuration"),
        ("2 node(s) had volume node affinity conflict", "volume-node-conflict", "configuration"),
    ],
)
def test_what_rules_out_every_worker_is_named(message: str, cause: str, layer: str) -> None:
    """Nodes that are kept for the control plane do not count."""
    found = first(scene(*pending(f"{CONTROL_PLANE}, {message}")))
    assert (found.cause, found.layer, found.object) == (cause, layer, "deployment/web")
    assert found.confidence >= 0.85


def test_a_request_beyond_any_node_is_certain_and_said_in_numbers() -> None:
    """64 cores are asked for; the largest node has 4."""
    asks = [container(resources={"requests": {"cpu": "64", "memory": "64Mi"}})]
    found = first(scene(*pending("3 Insufficient cpu", containers=asks)))
    assert found.confidence == 0.95
    assert found.evidence[0].startswith("it asks for 64 cpu, the largest node has 4")


def test_a_selector_that_no_node_has_is_certain_even_where_nodes_are_ruled_out_otherwise() -> None:
    """The taint comes before the selector: the scheduler never asked that node for its labels."""
    message = "1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector"
    found = suspicions(scene(*pending(message, nodeSelector={"disk": "fast"})), "node-selector-unmatched")
    assert [each.confidence for each in found] == [0.95]


@pytest.mark.parametrize("operator", ["In", "Exists"])
def test_a_required_affinity_that_no_node_meets_is_certain(operator: str) -> None:
    """The same rule written as node affinity."""
    expression = {"key": "disk", "operator": operator, "values": ["fast"] if operator == "In" else []}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    documents = pending("1 Insufficient cpu, 2 node(s) didn't match Pod's node affinity/selector", affinity=affinity)
    assert suspicions(scene(*documents), "node-selector-unmatched")[0].confidence == 0.95


def test_a_volume_whose_own_node_is_closed_is_another_thing() -> None:
    """The node that is not ruled out for the volume is the volume's, and it is cordoned."""
    message = "1 node(s) were unschedulable, 2 node(s) had volume node affinity conflict"
    found = suspicions(scene(*pending(message)), "volume-node-conflict")
    assert [each.confidence for each in found] == [0.35]


def test_a_claim_that_is_not_there_is_named() -> None:
    """The scheduler says so of every node."""
    found = first(scene(*pending('persistentvolumeclaim "data" not found')))
    assert (found.cause, found.object) == ("object-missing", "persistentvolumeclaim/data")


def test_half_of_the_nodes_is_half_sure() -> None:
    """One node is full, the other does not have the label."""
    documents = pending(f"{CONTROL_PLANE}, 1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector")
    assert [each.confidence for each in suspicions(scene(*documents), "insufficient-resources")] == [0.5]


def test_pods_of_a_workload_are_one_cause() -> None:
    """Two pods wait for the same reason."""
    documents = pending("3 Insufficient cpu")
    other = changed(documents[2], {"metadata": {"name": "web-2", "uid": "uid-web-2"}})
    assert named(scene(*documents, other)) == ["insufficient-resources"]


def test_a_pod_that_was_bound_since_is_not_pending() -> None:
    """Its old condition is gone."""
    assert named(scene(deployment(pod("web-1")), node())) == []
