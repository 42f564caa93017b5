"""Promise: a taint that somebody set is named when pods wait for it, Kubernetes' own taints are not."""

from __future__ import annotations

from diagnose.asked import first, named, suspicions
from diagnose.scenes import deployment, node, pod, scene
from diagnose.surroundings import control_plane, silent_node, unschedulable

TAINT = {"key": "dedicated", "value": "batch", "effect": "NoExecute"}
REFUSED = "0/2 nodes are available: 2 node(s) had untolerated taint(s)."


def test_the_taint_on_the_only_worker_is_named() -> None:
    """The scheduler says only that there is one; the node says which."""
    found = first(scene(control_plane(), node(spec={"taints": [TAINT]}), deployment(unschedulable("web-1", REFUSED))))
    assert (found.cause, found.object) == ("node-tainted", "node/worker")
    assert any("dedicated=batch:NoExecute" in each for each in found.evidence)


def test_a_taint_that_the_pod_tolerates_is_not_it() -> None:
    """Something else keeps it waiting."""
    toleration = [{"key": "dedicated", "operator": "Equal", "value": "batch"}]
    refused = "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s)."
    waits = unschedulable("web-1", refused, tolerations=toleration)
    assert "node-tainted" not in named(scene(control_plane(), node(spec={"taints": [TAINT]}), deployment(waits)))


def test_the_taint_of_a_lost_node_is_the_nodes_doing() -> None:
    """Kubernetes sets it itself."""
    assert named(scene(control_plane(), silent_node(), deployment(unschedulable("web-1", REFUSED)))) == [
        "node-not-ready"
    ]


def test_a_tainted_node_that_nobody_waits_for_is_as_it_should_be() -> None:
    """Dedicated nodes are common."""
    assert named(scene(node(), node("gpu", spec={"taints": [TAINT]}), deployment(pod("web-1")))) == []


def test_the_same_taint_on_many_nodes_is_one_cause() -> None:
    """Two taints are two."""
    other = {"key": "other", "effect": "NoSchedule"}
    nodes = [
        node("a", spec={"taints": [TAINT]}),
        node("b", spec={"taints": [TAINT]}),
        node("c", spec={"taints": [other]}),
    ]
    found = suspicions(scene(*nodes, deployment(unschedulable("web-1", REFUSED))), "node-tainted")
    assert [each.facts["nodes"] for each in found] == ["a b", "c"]
