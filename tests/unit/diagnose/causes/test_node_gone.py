"""Promise: a Node that was deleted under its pods, or under their volumes, is named."""

from __future__ import annotations

from diagnose.asked import first, named
from diagnose.scenes import deployment, node, pod, scene, statefulset
from diagnose.surroundings import bound, governing, unschedulable

DATA = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]


def test_pods_bound_to_no_node_name_it() -> None:
    """Their status still says that they are ready: nobody reports any more."""
    found = first(scene(node("other"), deployment(pod("web-1"), pod("web-2", nodeName="other"))))
    assert (found.cause, found.object) == ("node-gone", "node/worker")
    assert "pod/web-1" in found.explains


def test_a_volume_that_is_tied_to_it_keeps_its_pod_waiting() -> None:
    """No other node has the disk."""
    refused = "0/1 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity."
    found = scene(node("other"), bound(), governing(), statefulset(unschedulable("db-0", refused, volumes=DATA)))
    assert named(found) == ["node-gone"]


def test_where_nodes_could_not_be_read_nobody_is_said_to_be_gone() -> None:
    """An identity without rights on nodes sees none."""
    assert named(scene(deployment(pod("web-1")), unread=("nodes",))) == []


def test_ended_pods_on_a_node_of_the_past_are_history() -> None:
    """A Job's pod from before an upgrade."""
    over = pod("job-1", nodeName="old", status={"phase": "Succeeded", "conditions": []})
    assert named(scene(node(), over, deployment(pod("web-1")))) == []
