"""Promise: what an isolation step saw makes the cause that it decides about surer or less sure."""

from __future__ import annotations

from typing import Any

import pytest

from diagnose.asked import first, named, suspicions
from diagnose.causes.test_application_hang import hanging
from diagnose.causes.test_network_partition import split
from diagnose.scenes import (
    container,
    deployment,
    endpoints,
    event,
    node,
    pod,
    running,
    scene,
    service,
    statefulset,
    unready,
)
from diagnose.surroundings import bound, governing, mount, unwell
from harness.model.scene import Look, Scene

UNREADY = unready({**running(), "ready": False})
HUNG = "connected, but no answer within 2 s"


def request(origin: str, target: str, error: str = "", **facts: str) -> Look:
    """A connection that was tried."""
    told = {**facts, **({"error": error} if error else {"seconds": "0.004", "connect-seconds": "0.001", **facts})}
    return Look(kind="connection", about=f"{origin} -> {target}", facts=told)


def trial(kind: str, about: str, error: str = "") -> Look:
    """A pod that was made to see whether it comes up."""
    return Look(kind=kind, about=about, facts={"error": error} if error else {"ready-seconds": "2.10"})


def test_a_connection_without_an_answer_is_a_hang_and_an_answer_is_none() -> None:
    """The kernel took the connection; or the application answered."""
    (hung,) = suspicions(scene(*hanging(), looks=[request("node/worker", "pod/web-1", HUNG)]), "application-hang")
    assert (hung.confidence, HUNG in hung.supports[0]) == (0.95, True)
    answered = request("node/worker", "pod/web-1", status="200")
    (well,) = suspicions(scene(*hanging(), looks=[answered]), "application-hang")
    assert (well.confidence, "answered 200" in well.contradicts[0]) == (0.25, True)


def test_no_connection_from_its_own_node_is_no_hang() -> None:
    """Packets are lost before any program sees them."""
    (found,) = suspicions(
        scene(*hanging(), looks=[request("node/worker", "pod/web-1", "timed out")]), "application-hang"
    )
    assert found.confidence == 0.5
    assert "timed out" in found.contradicts[0]


def test_reached_from_elsewhere_and_not_from_here_is_a_partition_at_who_asks() -> None:
    """At who was asked where nobody is answered."""
    here = request("pod/front-1", "pod/web-1", "timed out")
    found = first(split(here, request("pod/other", "pod/web-1", status="200")))
    assert (found.cause, found.object, found.confidence) == ("network-partition", "pod/front-1", 0.92)
    nobody = first(split(here, request("pod/other", "pod/web-1", "timed out")))
    assert (nobody.cause, nobody.object, nobody.confidence) == ("network-partition", "pod/web-1", 0.75)


def test_who_is_answered_is_not_cut_off() -> None:
    """Whatever its log said a moment ago."""
    answered = [request("pod/front-1", "pod/web-1"), request("pod/front-1", "service/web")]
    (found,) = suspicions(split(*answered), "network-partition")
    assert found.confidence == 0.25


def test_a_service_whose_pods_all_answer_is_no_partition() -> None:
    """Its address is not programmed: another cause."""
    looks = [request("pod/front-1", "pod/web-1"), request("pod/front-1", "service/web", "timed out")]
    assert suspicions(split(*looks), "network-partition") == []


def test_connections_that_are_made_late_are_a_network_that_is_slow() -> None:
    """All to one pod, while others are in time; a single late one may be the machine's."""
    slow = [request(origin, "pod/web-1", **{"connect-seconds": "0.31"}) for origin in ("node/worker", "pod/front-1")]
    quick = request("pod/front-1", "pod/web-2")
    whole = scene(node(), deployment(pod("web-1"), pod("web-2")), looks=[*slow, quick])
    (found,) = suspicions(whole, "network-degraded")
    assert (found.object, found.confidence) == ("pod/web-1", 0.85)
    assert suspicions(scene(node(), deployment(pod("web-1")), looks=[slow[0], quick]), "network-degraded") == []


def query(origin: str, answer: str = "", error: str = "") -> Look:
    """A name that was asked for."""
    told = {"from": origin, "server": "10.96.0.10", "answer": answer, "error": error}
    return Look(kind="dns-query", about="web.shop.svc", facts={key: word for key, word in told.items() if word})


def asking(*looks: Look) -> Scene:
    """A front that is told that Service web does not exist."""
    probe = {"exec": {"command": ["/agnhost", "connect", "web:80"]}}
    front: dict[str, Any] = pod("front-1", containers=[container(readinessProbe=probe)], status=UNREADY)
    front["metadata"]["labels"] = {"app": "front"}
    said = event(front, "Unhealthy", "Readiness probe failed: lookup web.shop.svc on 10.96.0.10:53: no such host")
    web = pod("web-1")
    around = [node(), service(), endpoints("web", web), deployment(web), said]
    return scene(*around, deployment(front, name="front"), looks=list(looks))


@pytest.mark.parametrize(
    ("looks", "confidence"),
    [([], 0.8), ([query("pod/front-1", error="NXDOMAIN")], 0.95), ([query("pod/front-1", answer="10.96.0.9")], 0.35)],
)
def test_a_name_that_was_asked_for_decides_about_the_dns(looks: list[Look], confidence: float) -> None:
    """Denied it lies, answered rightly it does not."""
    (found,) = suspicions(asking(*looks), "dns-wrong")
    assert found.confidence == confidence


def test_a_dns_that_answers_others_is_not_down() -> None:
    """It is the pod's way to it."""
    lost = query("pod/front-1", error="no answer")
    assert [each.confidence for each in suspicions(asking(lost), "dns-down")] == [0.9]
    assert suspicions(asking(lost, query("pod/web-1", answer="10.96.0.9")), "dns-down") == []


def test_a_write_beside_the_pod_tells_of_the_disk_and_not_of_the_pods_own_limit() -> None:
    """Slow it is the disk; quick it leaves the suspicion as it was, and says so."""
    probe = {"exec": {"command": ["sh", "-c", "dd if=/dev/zero of=/data/ready"]}}
    main = {"name": "main", "readinessProbe": probe, "volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    db = unwell("db-0", spec={"containers": [main]})
    late = 'Readiness probe failed: command timed out: "dd if=/dev/zero of=/data/ready" timed out after 2s'
    around = [node(), *bound(), governing(), event(db, "Unhealthy", late), statefulset(db)]
    (quick,) = suspicions(scene(*around, looks=[mount("db-0", **{"beside-seconds": "0.01"})]), "volume-slow")
    assert (quick.confidence, len(quick.contradicts)) == (0.5, 1)
    (slow,) = suspicions(scene(*around, looks=[mount("db-0", **{"beside-seconds": "3.0"})]), "volume-slow")
    assert (slow.confidence, slow.contradicts) == (0.9, [])


def test_a_node_where_a_good_pod_fails_is_unfit() -> None:
    """Surer with a copy that runs elsewhere; a missing image says nothing of a node."""
    whole = [node(), node("other"), deployment(pod("web-1", status=UNREADY))]
    bad = trial("good-pod", "node/worker", "not ready after 10 s: Pending: ContainerCreating")
    copy = trial("pod-copy", "pod/web-1 -> node/other")
    found = first(scene(*whole, looks=[bad, copy]))
    assert (found.cause, found.layer, found.object, found.confidence) == ("node-unfit", "node", "node/worker", 0.92)
    (alone,) = suspicions(scene(*whole, looks=[bad]), "node-unfit")
    assert alone.confidence == 0.8
    image = trial("good-pod", "node/worker", "not ready after 10 s: Pending: helper waits: ErrImagePull")
    assert suspicions(scene(*whole, looks=[image]), "node-unfit") == []
    assert "node-unfit" not in named(scene(*whole, looks=[trial("good-pod", "node/worker"), copy]))


@pytest.mark.parametrize(
    ("error", "confidence"), [("not ready after 2 s: main ended with exit code 1", 0.85), ("", 0.45)]
)
def test_a_copy_elsewhere_tells_an_application_from_its_node(error: str, confidence: float) -> None:
    """Failing there as well is the application."""
    probe = {"httpGet": {"port": 8080}}
    web = pod("web-1", status=UNREADY, containers=[container(readinessProbe=probe)])
    said = event(web, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 500")
    copy = trial("pod-copy", "pod/web-1 -> node/other", error)
    (found,) = suspicions(scene(node(), deployment(web), said, looks=[copy]), "application-not-ready")
    assert found.confidence == pytest.approx(confidence)
