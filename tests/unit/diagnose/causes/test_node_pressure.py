"""Promise: a node under pressure is named with the resource, for the pods that are on it or were evicted."""

from __future__ import annotations

import pytest

from diagnose.asked import first, named
from diagnose.scenes import deployment, event, node, pod, scene
from diagnose.surroundings import failing_node, unschedulable

CONDITIONS = {"MemoryPressure": "memory", "DiskPressure": "disk", "PIDPressure": "pid"}


def pressed(condition: str = "MemoryPressure") -> dict[str, object]:
    """Node worker, short of something."""
    key = f"node.kubernetes.io/{CONDITIONS[condition]}-pressure"
    taints = [{"key": key, "effect": "NoSchedule"}]
    return failing_node(
        "worker", "True", f"KubeletHas{condition}", "kubelet has pressure", taints=taints, condition=condition
    )


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_condition_names_it(condition: str) -> None:
    """Pods still run there; the next one to go may be one of these."""
    found = first(scene(pressed(condition), node("other"), deployment(pod("web-1"))))
    assert (found.cause, found.object) == ("node-pressure", "node/worker")


def test_evicted_pods_make_it_surer() -> None:
    """The kubelet says why it ended them."""
    status = {
        "phase": "Failed",
        "reason": "Evicted",
        "message": "The node was low on resource: memory. ",
        "conditions": [],
    }
    refused = "0/1 nodes are available: 1 node(s) had untolerated taint(s)."
    found = scene(pressed(), deployment(pod("web-1", status=status), unschedulable("web-2", refused), replicas=1))
    assert named(found)[0] == "node-pressure"
    assert first(found).confidence > 0.9


def test_a_pod_that_was_evicted_long_ago_proves_nothing() -> None:
    """The node has recovered, the replacement runs."""
    status = {
        "phase": "Failed",
        "reason": "Evicted",
        "message": "The node was low on resource: memory. ",
        "conditions": [],
    }
    assert "node-pressure" not in named(
        scene(node(), deployment(pod("web-1", status=status), pod("web-2"), replicas=1))
    )


def test_another_nodes_pressure_is_none_of_the_namespaces_trouble() -> None:
    """Nothing of it is there."""
    assert named(scene(pressed(), node("other"), deployment(pod("web-1", nodeName="other")))) == []


def test_pods_that_it_evicted_and_that_run_elsewhere_now_name_it_while_it_lasts() -> None:
    """The node is still short, and the records of its evictions are there."""
    status = {
        "phase": "Failed",
        "reason": "Evicted",
        "message": "The node was low on resource: memory.",
        "conditions": [],
    }
    moved = [pod("web-1", status=status), pod("web-2", nodeName="other")]
    found = first(scene(pressed(), node("other"), deployment(*moved, replicas=1)))
    assert (found.cause, found.object) == ("node-pressure", "node/worker")


def test_an_evicted_pod_that_ended_well_counts_as_succeeded_and_was_evicted_all_the_same() -> None:
    """The kubelet's Event or its condition says so."""
    over = pod("web-1", status={"phase": "Succeeded", "conditions": []})
    target = {"type": "DisruptionTarget", "status": "True", "reason": "TerminationByKubelet"}
    marked = pod("web-1", status={"phase": "Succeeded", "conditions": [target]})
    around = [pressed(), node("other"), *deployment(pod("web-2", nodeName="other"))]
    assert named(scene(*around, over, event(over, "Evicted", "The node had condition: [DiskPressure]. "))) == [
        "node-pressure"
    ]
    assert named(scene(*around, marked)) == ["node-pressure"]
    assert named(scene(*around, over)) == []
