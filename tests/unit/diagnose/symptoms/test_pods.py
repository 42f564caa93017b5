"""Pods that wait, fail, or do not go."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import NAMESPACE, Document, ago, changed, deployment, node, pod, running, scene, unready


def pending(seconds: float, *conditions: Document) -> Document:
    """A pod of this age on no node."""
    status = {"phase": "Pending", "conditions": list(conditions), "containerStatuses": []}
    return changed(pod("web-1", status=status, nodeName=""), {"metadata": {"creationTimestamp": ago(seconds)}})


def test_a_pod_that_no_scheduler_speaks_of_is_pending_without_a_reason() -> None:
    """After five seconds: a scheduler that works needs less."""
    (found,) = symptoms(scene(pending(20)), "pod-pending")
    assert (found.facts["reason"], found.trouble) == ("", True)
    assert symptoms(scene(pending(2)), "pod-pending") == []


def test_a_gated_pod_is_pending_and_no_trouble() -> None:
    """Somebody holds it on purpose."""
    gate = {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}
    (found,) = symptoms(scene(pending(60, gate)), "pod-pending")
    assert (found.facts["reason"], found.trouble) == ("SchedulingGated", False)


def test_a_pod_whose_volume_is_being_made_is_pending_and_no_trouble() -> None:
    """The scheduler says nothing while it waits for the provisioner; the claim is what may be in trouble."""
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    waits = changed(pending(20), {"spec": {"volumes": volumes}})
    for phase, trouble in (("Pending", False), ("Bound", True)):
        claim = {
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data", "namespace": NAMESPACE},
            "status": {"phase": phase},
        }
        (found,) = symptoms(scene(waits, claim), "pod-pending")
        assert found.trouble is trouble


def test_a_pod_that_preempts_others_waits_for_their_grace() -> None:
    """Its node is nominated; a minute later it should be there."""
    refused = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/1 nodes are available: x.",
    }

    def kinds(seconds: float) -> list[str]:
        waits = changed(
            pending(seconds, {**refused, "lastTransitionTime": ago(seconds)}),
            {"status": {"nominatedNodeName": "worker"}},
        )
        return [each.kind for each in symptoms(scene(waits), "pod-pending", "scheduling-failed") if each.trouble]

    assert kinds(20) == []
    assert kinds(90) == ["pod-pending", "scheduling-failed"]


def test_a_pod_has_time_to_become_ready() -> None:
    """Fifteen seconds, and the delay that its own probe asks for."""
    status = unready({**running(), "ready": False}, since_seconds=20)
    late = pod("web-1", status=status)
    assert len(symptoms(scene(late), "pod-not-ready")) == 1
    probe = {"tcpSocket": {"port": 1}, "initialDelaySeconds": 30}
    waits = pod("web-1", status=status, containers=[{"name": "main", "readinessProbe": probe}])
    assert symptoms(scene(waits), "pod-not-ready") == []


def test_a_pod_that_does_not_go_is_overdue_after_its_grace() -> None:
    """With what holds it, and whether its node is there."""
    meta = {"deletionTimestamp": ago(30), "finalizers": ["example.org/x"]}
    (found,) = symptoms(scene(changed(pod("web-1"), {"metadata": meta}), node()), "pod-terminating")
    facts = found.facts
    assert (facts["overdue-seconds"], facts["finalizers"], facts["node-ready"]) == ("30", "example.org/x", "true")
    going = changed(pod("web-1"), {"metadata": {"deletionTimestamp": ago(-5)}})
    assert symptoms(scene(going, node()), "pod-terminating") == []


def test_a_failed_pod_that_lies_about_is_told_and_no_trouble() -> None:
    """It was replaced; its object stays until somebody collects it."""
    status = {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."}
    (found,) = symptoms(scene(pod("web-1", status=status)), "pod-failed")
    assert (found.facts["reason"], found.trouble) == ("Evicted", False)


def test_a_workload_is_short_when_pods_lack_or_are_late() -> None:
    """Not while the one that lacks is starting."""
    starts = changed(
        pod("web-2", status=unready({**running(), "ready": False}, since_seconds=4)),
        {"metadata": {"creationTimestamp": ago(4)}},
    )
    assert symptoms(scene(deployment(pod("web-1"), starts), node()), "workload-short") == []
    (missing,) = symptoms(scene(deployment(pod("web-1"), replicas=3), node()), "workload-short")
    assert missing.facts == {"desired": "3", "ready": "1", "pods": "1", "missing": "2"}
    late = pod("web-2", status=unready({**running(), "ready": False}))
    (short,) = symptoms(scene(deployment(pod("web-1"), late), node()), "workload-short")
    assert (short.object, short.facts["ready"]) == ("deployment/web", "1")
