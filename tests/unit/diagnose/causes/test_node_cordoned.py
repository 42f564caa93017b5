"""Promise: a cordoned node is named when a pod waits for it, and never merely for being cordoned."""

from __future__ import annotations

from diagnose.asked import first, named, suspicions
from diagnose.scenes import deployment, node, pod, scene, statefulset
from diagnose.surroundings import bound, control_plane, governing, unschedulable

CORDONED = {"unschedulable": True, "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]}
DATA = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]


def test_pods_that_no_other_node_could_take_wait_for_it() -> None:
    """Every worker is cordoned; that the control plane takes none is as it should be."""
    refused = "0/2 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable."
    found = first(
        scene(control_plane(), node(spec=CORDONED), deployment(pod("web-1"), unschedulable("web-2", refused)))
    )
    assert (found.cause, found.object) == ("node-cordoned", "node/worker")
    assert found.confidence >= 0.9


def test_a_pod_whose_volume_is_there_waits_for_it() -> None:
    """The other node is free and has not got the volume."""
    refused = (
        "0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, "
        "1 node(s) were unschedulable."
    )
    waits = unschedulable("db-0", refused, volumes=DATA)
    assert named(scene(node(spec=CORDONED), node("other"), bound(), governing(), statefulset(waits))) == [
        "node-cordoned"
    ]


def test_where_another_node_is_free_and_full_it_is_less_sure() -> None:
    """Room on the other node would do as well."""
    refused = "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable."
    (found,) = suspicions(
        scene(node(spec=CORDONED), node("other"), deployment(unschedulable("web-1", refused))), "node-cordoned"
    )
    assert 0.4 < found.confidence < 0.7


def test_a_cordoned_node_that_nobody_waits_for_is_maintenance() -> None:
    """What runs goes on."""
    assert named(scene(node(spec=CORDONED), node("other"), deployment(pod("web-1")))) == []


def test_a_pod_that_the_cordoned_node_could_not_take_anyway_does_not_wait_for_it() -> None:
    """It asks for a label that the node has not."""
    refused = "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector."
    waits = unschedulable("web-1", refused, nodeSelector={"disk": "ssd"})
    assert "node-cordoned" not in named(scene(node(spec=CORDONED), node("other"), deployment(waits)))


def test_many_cordoned_nodes_are_one_cause() -> None:
    """A cluster in maintenance has one reason, not a hundred."""
    refused = "0/4 nodes are available: 4 node(s) were unschedulable."
    nodes = [node(name, spec=CORDONED) for name in ("a", "b", "c", "d")]
    (found,) = suspicions(scene(*nodes, deployment(unschedulable("web-1", refused))), "node-cordoned")
    assert found.facts["nodes"] == "a b c d"
