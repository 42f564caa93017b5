"""Promise: a cluster DNS that answers nobody is named, with the pods that miss it; no DNS at all is left alone."""

from __future__ import annotations

from diagnose.asked import first, named
from diagnose.scenes import container, deployment, event, node, pod, scene, unready
from diagnose.surroundings import dns
from harness.model.scene import Look

PROBE = {"exec": {"command": ["sh", "-c", "/agnhost connect web:80 --timeout=2s"]}}
STATE = {"name": "main", "ready": False, "state": {"running": {}}}
WORDS = [
    "Readiness probe failed: DNS: lookup web on 10.96.0.10:53: server misbehaving",
    'Readiness probe failed: command timed out: "/agnhost connect web:80 --timeout=2s" timed out after 3s',
]


def client() -> dict[str, object]:
    """A pod whose readiness depends on a name."""
    return pod("client-1", containers=[container(readinessProbe=PROBE)], status=unready(STATE))


def test_a_dns_without_ready_pods_is_named_whether_or_not_it_is_missed_yet() -> None:
    """Whatever starts or connects anew will fail."""
    found = first(scene(node(), dns(ready_pods=0, pods=0), deployment(pod("web-1"))))
    assert (found.cause, found.layer, found.object) == ("dns-down", "network", "service/kube-dns.kube-system")


def test_it_explains_the_pods_that_cannot_look_up_a_name() -> None:
    """They say so, or time out while they ask."""
    for words in WORDS:
        asking = client()
        assert named(scene(node(), dns(ready_pods=0), event(asking, "Unhealthy", words), deployment(asking))) == [
            "dns-down"
        ]


def test_silence_to_a_query_names_it() -> None:
    """Its pods are ready, and it does not answer."""
    silent = Look(kind="dns-query", about="web.shop.svc.cluster.local", facts={"error": "no answer within 2 s"})
    assert named(scene(node(), dns(), deployment(pod("web-1")), looks=[silent])) == ["dns-down"]


def test_one_ready_pod_is_enough() -> None:
    """The other is being replaced."""
    assert named(scene(node(), dns(ready_pods=1), deployment(pod("web-1")))) == []


def test_a_cluster_without_that_service_has_no_such_dns() -> None:
    """Simulated clusters have none at all."""
    assert named(scene(node(), deployment(pod("web-1")))) == []
