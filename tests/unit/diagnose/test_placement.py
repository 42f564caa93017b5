"""Promise: which nodes a waiting pod could take, and what keeps it off each, is read as the scheduler does."""

from __future__ import annotations

from typing import Any

import pytest

from diagnose.scenes import NAMESPACE, ago, node, scene, statefulset
from diagnose.surroundings import bound, control_plane, silent_node, stored, unschedulable
from harness.diagnose import placement
from harness.model.objects import Taint
from harness.model.scene import Scene

REFUSED = "0/2 nodes are available: 2 node(s) had untolerated taint(s)."
DATA = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
GPU = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}
TOLERATIONS = {
    "of key and value": ({"key": "gpu", "operator": "Equal", "value": "yes"}, True),
    "without an operator": ({"key": "gpu", "value": "yes"}, True),
    "of the key": ({"key": "gpu", "operator": "Exists"}, True),
    "of everything": ({"operator": "Exists"}, True),
    "of its effect": ({"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}, True),
    "of another value": ({"key": "gpu", "operator": "Equal", "value": "no"}, False),
    "of another effect": ({"key": "gpu", "operator": "Exists", "effect": "NoExecute"}, False),
    "of another key": ({"key": "cpu", "operator": "Exists"}, False),
}


def names(of: Scene) -> list[str]:
    """The nodes that the one waiting pod could take."""
    (pod,) = placement.waiting(of)
    return [each.metadata.name for each in placement.homes(of, pod)]


@pytest.mark.parametrize("words", TOLERATIONS)
def test_a_toleration_is_matched_as_kubernetes_does(words: str) -> None:
    """By key, operator, value and effect."""
    toleration, tolerated = TOLERATIONS[words]
    found = scene(node(spec={"taints": [GPU]}), unschedulable("web-1", REFUSED, tolerations=[toleration]))
    (pod,) = placement.waiting(found)
    assert placement.untolerated(pod, found.nodes[0]) == ([] if tolerated else [Taint(**GPU)])


def test_selector_affinity_and_volumes_narrow_the_nodes_down() -> None:
    """And the control plane is closed to workloads by design."""
    nodes = [control_plane(), node(), node("other", metadata={"labels": {"disk": "ssd"}})]
    assert names(scene(nodes, unschedulable("a", REFUSED))) == ["worker", "other"]
    assert names(scene(nodes, unschedulable("a", REFUSED, nodeSelector={"disk": "ssd"}))) == ["other"]
    assert names(scene(nodes, bound(), unschedulable("a", REFUSED, volumes=DATA))) == ["worker"]
    wanted = {"matchExpressions": [{"key": "disk", "operator": "DoesNotExist"}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [wanted]}}
    assert names(scene(nodes, unschedulable("a", REFUSED, affinity={"nodeAffinity": required}))) == ["worker"]


def test_the_weightiest_reason_is_what_keeps_it_off() -> None:
    """A lost node carries taints that follow from that."""
    reasons: dict[str, Any] = {
        placement.NOT_READY: silent_node(),
        placement.CORDONED: node(spec={"unschedulable": True, "taints": [GPU]}),
        placement.PRESSURE: node(
            spec={"taints": [{"key": "node.kubernetes.io/disk-pressure", "effect": "NoSchedule"}]}
        ),
        placement.TAINTED: node(spec={"taints": [GPU]}),
        placement.FREE: node(spec={"taints": [{**GPU, "effect": "PreferNoSchedule"}]}),
    }
    for why, each in reasons.items():
        found = scene(each, unschedulable("a", REFUSED))
        assert placement.barrier(placement.waiting(found)[0], found.nodes[0]) == why


def test_a_sibling_that_is_leaving_the_node_shows_that_there_was_room() -> None:
    """Free nodes are there and full."""
    leaving = stored("db-0", metadata={"deletionTimestamp": ago(30)})
    full = "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s)."
    siblings = statefulset(leaving, unschedulable("db-1", full))
    alone = statefulset(unschedulable("db-1", full))
    sure = scene(silent_node(), node("other"), *siblings)
    unsure = scene(silent_node(), node("other"), *alone)
    both = [placement.blame(each, placement.waiting(each)[0], placement.NOT_READY) for each in (sure, unsure)]
    assert both[0].nodes == both[1].nodes == ["worker"]
    assert both[0].confidence > both[1].confidence


def test_only_pods_that_the_scheduler_refused_wait() -> None:
    """One that is bound, is being deleted or was not looked at yet does not."""
    unseen = unschedulable("b", REFUSED)
    unseen["status"]["conditions"] = []
    going = unschedulable("c", REFUSED)
    going["metadata"]["deletionTimestamp"] = ago(3)
    found = scene(node(), unschedulable("a", REFUSED), unseen, going, stored("d"))
    assert [each.metadata.name for each in placement.waiting(found)] == ["a"]
    assert found.namespace == NAMESPACE
