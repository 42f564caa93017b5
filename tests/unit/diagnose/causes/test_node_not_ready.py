"""Promise: a node that is not Ready is named for the pods that it concerns, and only for these."""

from __future__ import annotations

from diagnose.asked import first, named, suspicions
from diagnose.scenes import ago, deployment, endpoints, node, pod, scene, service
from diagnose.surroundings import bound, control_plane, lease, lost_pod, silent_node, stored, unschedulable


def test_a_node_that_is_silent_is_named_with_its_pods() -> None:
    """Ready Unknown with pods on it is the cause of all that they show."""
    silent = lease("worker", silent_seconds=70, duration=40, namespace="kube-node-lease")
    found = first(
        scene(silent_node(), deployment(lost_pod("web-1"), pod("web-2", nodeName="other")), node("other"), silent)
    )
    assert (found.cause, found.layer, found.object) == ("node-not-ready", "node", "node/worker")
    assert {"pod/web-1", "deployment/web"} <= set(found.explains)
    assert any("Kubelet stopped posting" in each for each in found.evidence)
    assert any("lease" in each for each in found.evidence)


def test_nothing_else_is_named_beside_it() -> None:
    """Pods that are not ready, Services without endpoints and roll-outs that stall are consequences."""
    assert named(scene(silent_node(), deployment(lost_pod("web-1"), lost_pod("web-2")), service())) == [
        "node-not-ready"
    ]


def test_a_pod_that_waits_to_be_deleted_there_is_its_doing() -> None:
    """A StatefulSet starts no second copy while the first may still run on the lost node."""
    stuck = stored("db-0", metadata={"deletionTimestamp": ago(300)})
    assert named(scene(silent_node(), bound(), stuck)) == ["node-not-ready"]


def test_a_pod_that_only_this_node_could_take_waits_for_it() -> None:
    """Its volume lies on that node; the other node is free and of no use."""
    refused = (
        "0/3 nodes are available: 1 node(s) had untolerated taint(s), "
        "2 node(s) didn't match PersistentVolume's node affinity."
    )
    waits = unschedulable("db-0", refused, volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}])
    found = first(scene(control_plane(), silent_node(), node("other"), bound(), waits))
    assert (found.cause, found.object) == ("node-not-ready", "node/worker")


def test_a_silent_node_without_pods_of_the_namespace_is_none_of_its_trouble() -> None:
    """The pods have moved on, all is well here."""
    assert named(scene(silent_node(), node("other"), deployment(pod("web-1", nodeName="other")))) == []


def test_ready_nodes_are_never_named() -> None:
    """A healthy namespace has no cause."""
    pods = pod("web-1"), pod("web-2")
    assert named(scene(node(), deployment(*pods), service(), endpoints("web", *pods))) == []


def test_a_lapsed_lease_names_it_before_the_node_controller_has_noticed() -> None:
    """The node still counts as Ready; not where all leases have lapsed, or one merely is late."""
    silent = lease("worker", silent_seconds=85, duration=40, namespace="kube-node-lease")
    late = lease("worker", silent_seconds=60, duration=40, namespace="kube-node-lease")
    other = lease("other", silent_seconds=3, duration=40, namespace="kube-node-lease")
    around = [node(), node("other"), *deployment(pod("web-1"))]
    (found,) = suspicions(scene(*around, silent, other), "node-not-ready")
    assert (found.object, found.confidence) == ("node/worker", 0.8)
    assert suspicions(scene(*around, silent), "node-not-ready") == []
    assert suspicions(scene(*around, late, other), "node-not-ready") == []
