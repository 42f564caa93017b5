"""When limits that a workload meets while it runs are named: memory, CPU, priorities, autoscalers."""

from __future__ import annotations

from typing import Any

import pytest

from diagnose.asked import first, named, suspicions
from diagnose.scenes import (
    NAMESPACE,
    Document,
    ago,
    container,
    crashing,
    deployment,
    ended,
    event,
    node,
    pod,
    running,
    scene,
    unready,
)
from harness.model.scene import Look

LIMITED = [container(resources={"limits": {"memory": "64Mi"}})]


def test_a_container_that_its_memory_limit_ends_is_named() -> None:
    """With the limit itself."""
    found = first(
        scene(deployment(pod("web-1", status=unready(crashing(137, reason="OOMKilled")), containers=LIMITED)), node())
    )
    assert (found.cause, found.layer, found.object) == ("memory-limit", "capacity", "deployment/web")
    assert found.confidence == 0.95
    assert "its limit is 64Mi (spec of pod/web-1)" in found.evidence


def test_without_a_limit_of_its_own_it_is_less_sure() -> None:
    """Then the node ran short."""
    found = suspicions(
        scene(deployment(pod("web-1", status=unready(crashing(137, reason="OOMKilled")))), node()), "memory-limit"
    )
    assert found[0].confidence == 0.45
    assert found[0].contradicts


def test_memory_that_is_used_up_before_the_program_begins_is_named_as_well() -> None:
    """Files of a tmpfs outlive the container that wrote them; the runtime cannot start the next one, and says so."""
    said = (
        "runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?)"
    )
    end = crashing(128, reason="StartError", message=said, startedAt="1970-01-01T00:00:00Z")
    found = scene(deployment(pod("web-1", status=unready(end), containers=LIMITED)), node())
    assert first(found).cause == "memory-limit"
    assert "ended 20 s ago after 0 s" in first(found).evidence[0]


def test_one_end_that_was_got_over_is_past() -> None:
    """It was ended once, five minutes ago, and runs since."""
    status = running(since_seconds=299, restartCount=1, lastState=ended(137, reason="OOMKilled", ago_seconds=300))
    assert (
        named(scene(deployment(pod("web-1", status={"containerStatuses": [status]}, containers=LIMITED)), node())) == []
    )


def test_an_end_by_another_signal_is_another_thing() -> None:
    """Exit code 137 alone does not tell of memory."""
    one = pod("web-1", status=unready(crashing(137)), containers=LIMITED)
    assert suspicions(scene(deployment(one), node()), "memory-limit") == []


def throttled(share: str, periods: str = "600") -> Look:
    """What the container's control group counts."""
    facts = {"periods": periods, "throttled": "0", "share": share}
    return Look(kind="throttling", about="pod/web-1/main", facts=facts, source="cpu.stat")


def late() -> tuple[Document, Document]:
    """A pod whose readiness probe times out, and the Event that says so."""
    probe = {"httpGet": {"port": 8080}}
    one = pod("web-1", status=unready({**running(), "ready": False}), containers=[container(readinessProbe=probe)])
    words = "Client.Timeout exceeded while awaiting headers"
    return one, event(one, "Unhealthy", f"Readiness probe failed: context deadline exceeded ({words})")


def test_a_throttled_container_whose_probes_time_out_is_named() -> None:
    """And its silence is not taken for a hang."""
    one, told = late()
    assert named(scene(deployment(one), node(), told, looks=[throttled("0.9")])) == ["cpu-throttled"]


@pytest.mark.parametrize(("share", "periods"), [("0.1", "600"), ("0.9", "10")], ids=["seldom", "starting"])
def test_a_container_that_is_hardly_throttled_is_another_thing(share: str, periods: str) -> None:
    """A tenth of the periods, or nine of ten in the first second."""
    one, told = late()
    assert named(scene(deployment(one), node(), told, looks=[throttled(share, periods)])) == ["application-hang"]


@pytest.mark.parametrize(("used", "confidences"), [("0.19", [0.7]), ("0.01", [])], ids=["at-limit", "idle"])
def test_a_ready_container_is_throttled_where_it_uses_its_limit(used: str, confidences: list[float]) -> None:
    """One that does next to nothing meets the limit for a moment at a time: that harms nobody."""
    one = pod("web-1", containers=[container(resources={"limits": {"cpu": "200m"}})])
    use = Look(kind="usage", about="pod/web-1/main", facts={"cpu": used, "memory": "1000"})
    found = suspicions(scene(deployment(one), node(), looks=[throttled("0.9"), use]), "cpu-throttled")
    assert [each.confidence for each in found] == confidences


def test_a_workload_that_had_to_make_room_is_named() -> None:
    """Its pod was preempted, the next one waits: the shortage is the consequence."""
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/1 nodes are available: 1 Insufficient cpu.",
        "lastTransitionTime": ago(30),
    }
    waits = pod("web-2", status={"phase": "Pending", "conditions": [condition], "containerStatuses": []}, nodeName="")
    told = event(pod("web-1"), "Preempted", "Preempted by pod 1b2c on node worker", ago_seconds=40)
    whole = [*deployment(waits), node()]
    assert first(scene(*whole, told)).cause == "preempted"
    assert "insufficient-resources" not in named(scene(*whole, told))
    assert first(scene(*whole)).cause == "insufficient-resources"


def test_a_preempted_pod_that_was_replaced_is_past() -> None:
    """The workload has its pods."""
    told = event(pod("web-1"), "Preempted", "Preempted by pod 1b2c on node worker", ago_seconds=40)
    assert named(scene(deployment(pod("web-2")), node(), told)) == []


def autoscaler(condition: Document, *, created: str = "", **status: Any) -> Document:
    """A HorizontalPodAutoscaler of `web` for at most five pods."""
    meta = {"name": "web", "namespace": NAMESPACE, "uid": "uid-hpa", "creationTimestamp": created or ago(3600)}
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 5}
    told = {"lastTransitionTime": ago(300), "message": "as its controller says", **condition}
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": meta,
        "spec": spec,
        "status": {"conditions": [told], **status},
    }


BLIND = [
    {"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric"},
    {"type": "AbleToScale", "status": "False", "reason": "FailedGetScale"},
]


@pytest.mark.parametrize("condition", BLIND, ids=lambda condition: condition["reason"])
def test_an_autoscaler_that_sees_nothing_is_named(condition: Document) -> None:
    """By its own condition."""
    found = first(scene(deployment(pod("web-1")), node(), autoscaler(condition)))
    assert (found.cause, found.layer) == ("autoscaler-blind", "capacity")


def test_an_autoscaler_that_is_young_or_switched_off_is_not_blind() -> None:
    """The first metrics take a minute; a target at zero switches it off."""
    whole = deployment(pod("web-1"))
    assert named(scene(whole, node(), autoscaler(BLIND[0], created=ago(20)))) == []
    off = {"type": "ScalingActive", "status": "False", "reason": "ScalingDisabled"}
    assert named(scene(whole, node(), autoscaler(off))) == []


def test_an_autoscaler_at_its_maximum_is_named_and_one_below_is_not() -> None:
    """Five of five, and it wants more."""
    limited = {"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas"}
    whole = deployment(pod("web-1"))
    assert named(scene(whole, node(), autoscaler(limited, currentReplicas=5))) == ["autoscaler-at-limit"]
    assert named(scene(whole, node(), autoscaler(limited, currentReplicas=3))) == []
