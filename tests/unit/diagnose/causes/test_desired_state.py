"""When a wish that is not what was meant is named: paused, stuck, scaled down, gone, held."""

from __future__ import annotations

from typing import Any

import pytest

from diagnose.asked import first, named, suspicions
from diagnose.scenes import (
    NAMESPACE,
    Document,
    ago,
    changed,
    container,
    deployment,
    endpoints,
    event,
    keys,
    log,
    node,
    pod,
    running,
    scene,
    service,
    statefulset,
    unready,
    waiting,
)

EXCEEDED = {
    "type": "Progressing",
    "status": "False",
    "reason": "ProgressDeadlineExceeded",
    "message": 'ReplicaSet "web-6f9" has timed out progressing.',
    "lastTransitionTime": ago(60),
}


def budget(**status: Any) -> Document:
    """A disruption budget of `web` that wants one pod."""
    meta = {"name": "web", "namespace": NAMESPACE, "uid": "uid-budget"}
    spec = {"selector": {"matchLabels": {"app": "web"}}, "minAvailable": 1}
    return {"kind": "PodDisruptionBudget", "metadata": meta, "spec": spec, "status": status}


def test_a_release_that_waits_in_a_paused_deployment_is_named() -> None:
    """None of its pods is of the present template."""
    whole = deployment(pod("web-1"), spec={"paused": True}, status={"updatedReplicas": 0})
    found = first(scene(whole, node()))
    assert (found.cause, found.layer, found.object) == ("rollout-paused", "configuration", "deployment/web")
    assert found.confidence == 0.95


def test_a_paused_deployment_without_a_release_is_half_as_sure() -> None:
    """Nothing waits yet."""
    found = suspicions(scene(deployment(pod("web-1"), spec={"paused": True}), node()), "rollout-paused")
    assert found[0].confidence == 0.5
    assert found[0].contradicts


def test_a_deployment_that_goes_on_is_not_paused() -> None:
    """Old pods alone do not make a pause."""
    whole = deployment(pod("web-1"), status={"updatedReplicas": 0})
    assert suspicions(scene(whole, node()), "rollout-paused") == []


def test_a_roll_out_past_its_deadline_is_named_where_nothing_deeper_is_seen() -> None:
    """The controller's condition is all there is."""
    one = pod("web-1", status=unready({**running(), "ready": False}))
    assert named(scene(deployment(one, status={"conditions": [EXCEEDED]}), node())) == ["rollout-stuck"]


def test_what_keeps_a_roll_out_takes_its_place() -> None:
    """The image is why."""
    one = pod("web-1", status=unready(waiting("ImagePullBackOff", "Back-off pulling image")))
    assert named(scene(deployment(one, status={"conditions": [EXCEEDED]}), node())) == ["image-unavailable"]


def scaled(replicas: int, **changes: Any) -> list[Document]:
    """A workload that asks for so many pods and has them, with its Service."""
    pods = [pod(f"web-{number}") for number in range(replicas)]
    return [*deployment(*pods, replicas=replicas, **changes), node(), service(), endpoints("web", *pods)]


def test_a_workload_scaled_to_nothing_by_hand_is_named() -> None:
    """The controller's Event tells from how many, the managed fields who wrote last."""
    whole = scaled(0, metadata={"managedFields": [{"manager": "kubectl", "time": ago(60)}]})
    told = event(whole[0], "ScalingReplicaSet", "Scaled down replica set web-6f9 from 3 to 0", type="Normal")
    found = first(scene(*whole, told))
    assert (found.cause, found.layer, found.object) == ("scaled-down", "configuration", "deployment/web")
    assert found.confidence == 0.8
    assert found.evidence[1].startswith("Scaled down replica set web-6f9 from 3 to 0")


def test_fewer_pods_than_were_declared_are_named() -> None:
    """What was applied last asks for three."""
    applied = {"kubectl.kubernetes.io/last-applied-configuration": '{"spec":{"replicas":3}}'}
    found = first(scene(*scaled(1, metadata={"annotations": applied})))
    assert (found.cause, found.confidence) == ("scaled-down", 0.9)


def test_fewer_pods_than_the_budget_wants_are_named() -> None:
    """A budget is a wish too."""
    assert first(scene(*scaled(0), budget())).cause == "scaled-down"


def test_a_workload_that_was_made_with_nothing_is_as_was_wished() -> None:
    """Nobody wrote to it since, and nothing asks for more."""
    assert named(scene(*scaled(0))) == []


def test_a_roll_out_scales_the_old_replica_set_down_and_is_no_scaling() -> None:
    """The new one has the pods."""
    whole = scaled(1)
    old = {**whole[1], "metadata": {**whole[1]["metadata"], "name": "web-old", "uid": "uid-web-old"}}
    old["spec"] = {**old["spec"], "replicas": 0}
    told = event(whole[0], "ScalingReplicaSet", "Scaled down replica set web-old from 1 to 0", type="Normal")
    written = changed(whole[0], {"metadata": {"managedFields": [{"manager": "kubectl", "time": ago(60)}]}})
    assert named(scene(written, *whole[1:], old, told)) == []


def test_an_autoscaler_that_chose_the_number_is_not_blamed() -> None:
    """One pod is what it wants at night."""
    whole = scaled(
        1, metadata={"annotations": {"kubectl.kubernetes.io/last-applied-configuration": '{"spec":{"replicas":3}}'}}
    )
    meta = {"name": "web", "namespace": NAMESPACE, "uid": "uid-hpa", "creationTimestamp": ago(3600)}
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 5}
    assert named(scene(*whole, {"kind": "HorizontalPodAutoscaler", "metadata": meta, "spec": spec})) == []


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ({"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "cfg", "key": "a"}}}]}, "configmap"),
        ({"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "cfg", "key": "a"}}}]}, "secret"),
        ({"envFrom": [{"configMapRef": {"name": "cfg"}}]}, "configmap"),
    ],
)
def test_an_object_that_running_pods_refer_to_and_that_is_gone_is_named(reference: Document, kind: str) -> None:
    """The pods go on until they are started again."""
    one = pod("web-1", containers=[container(**reference)])
    found = first(scene(deployment(one), node()))
    assert (found.cause, found.layer, found.object) == ("object-missing", "configuration", f"{kind}/cfg")
    there = keys("ConfigMap" if kind == "configmap" else "Secret", "cfg", "a")
    assert named(scene(deployment(one), node(), there)) == []


def test_a_reference_that_may_lack_does_not_count() -> None:
    """`optional` says so."""
    reference = {
        "env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "cfg", "key": "a", "optional": True}}}]
    }
    assert named(scene(deployment(pod("web-1", containers=[container(**reference)])), node())) == []


def test_the_service_of_a_statefulset_that_is_gone_is_named() -> None:
    """Its pods have no names without it."""
    found = first(scene(statefulset(pod("db-0")), node()))
    assert (found.cause, found.object) == ("object-missing", "service/db")


def test_a_service_that_is_looked_up_in_vain_is_named() -> None:
    """The log tells which name, the namespace that no Service has it."""
    one = pod("web-1", status=unready({**running(), "ready": False}))
    line = "error: dial tcp: lookup cart on 10.96.0.10:53: no such host"
    found = first(scene(deployment(one), node(), logs=[log("web-1", line)]))
    assert (found.cause, found.object) == ("object-missing", "service/cart")
    there = scene(deployment(one), node(), service("cart", selector={}), logs=[log("web-1", line)])
    assert suspicions(there, "object-missing") == []


def test_a_service_that_a_probe_asks_and_that_is_gone_is_named() -> None:
    """By the variable that Kubernetes has set while it was there; where it is there, it is not missing."""
    probe = {"exec": {"command": ["sh", "-c", "connect $MY_DB_SERVICE_HOST:80"]}}
    one = pod("web-1", status=unready({**running(), "ready": False}), containers=[container(readinessProbe=probe)])
    told = event(one, "Unhealthy", "Readiness probe failed: TIMEOUT")
    found = first(scene(deployment(one), node(), told))
    assert (found.cause, found.object) == ("object-missing", "service/my-db")
    assert suspicions(scene(deployment(one), node(), told, service("my-db", selector={})), "object-missing") == []


def test_what_a_workload_at_zero_does_to_others_comes_second() -> None:
    """The backend was scaled to nothing; the front that asks for it is not blamed."""
    probe = {"exec": {"command": ["sh", "-c", "connect $WEB_SERVICE_HOST:80"]}}
    front = pod("front-1", status=unready({**running(), "ready": False}), containers=[container(readinessProbe=probe)])
    front = changed(front, {"metadata": {"labels": {"app": "front"}}})
    told = event(front, "Unhealthy", "Readiness probe failed: REFUSED")
    whole = scaled(0)
    down = event(whole[0], "ScalingReplicaSet", "Scaled down replica set web-6f9 from 3 to 0", type="Normal")
    assert named(scene(*whole, *deployment(front, name="front"), told, down)) == ["scaled-down", "dependency-down"]


@pytest.mark.parametrize("make", [pod, service], ids=["pod", "service"])
def test_an_object_that_a_finalizer_holds_is_named(make: Any) -> None:
    """It was deleted a minute ago and stays."""
    held = changed(make("web"), {"metadata": {"deletionTimestamp": ago(60), "finalizers": ["example.org/cleanup"]}})
    found = first(scene(held, node()))
    assert (found.cause, found.layer) == ("finalizer-stuck", "configuration")
    assert "example.org/cleanup" in found.evidence[0]


def test_a_claim_that_is_still_in_use_is_not_stuck() -> None:
    """Its protection goes with the pod that uses it."""
    meta = {"name": "data", "namespace": NAMESPACE, "uid": "uid-data", "deletionTimestamp": ago(60)}
    claim = {"kind": "PersistentVolumeClaim", "metadata": {**meta, "finalizers": ["kubernetes.io/pvc-protection"]}}
    assert suspicions(scene(claim, node()), "finalizer-stuck") == []


def test_an_object_with_a_finalizer_that_nobody_deleted_is_well() -> None:
    """Finalizers are nothing bad by themselves."""
    held = changed(service("web"), {"metadata": {"finalizers": ["example.org/cleanup"]}})
    assert suspicions(scene(held, node()), "finalizer-stuck") == []


FULL = {"expectedPods": 1, "currentHealthy": 1, "desiredHealthy": 1, "disruptionsAllowed": 0}


def test_a_drain_that_a_budget_stops_is_named() -> None:
    """The node is cordoned, its pod may not go."""
    found = first(scene(deployment(pod("web-1")), node(spec={"unschedulable": True}), budget(**FULL)))
    assert (found.cause, found.object) == ("disruption-budget-blocks", "poddisruptionbudget/web")
    assert found.confidence == 0.9


def test_a_budget_without_a_drain_blocks_nobody() -> None:
    """It may never allow a disruption: nobody asks for one."""
    assert named(scene(deployment(pod("web-1")), node(), budget(**FULL))) == []


def test_a_budget_with_room_blocks_nobody() -> None:
    """One pod may go."""
    room = {"expectedPods": 2, "currentHealthy": 2, "desiredHealthy": 1, "disruptionsAllowed": 1}
    whole = scene(deployment(pod("web-1")), node(spec={"unschedulable": True}), budget(**room))
    assert suspicions(whole, "disruption-budget-blocks") == []
