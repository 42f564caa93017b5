"""Promise: packets that are dropped are told from a peer that is down, from a policy and from a lost node."""

from __future__ import annotations

from typing import Any

from diagnose.asked import first, named, suspicions
from diagnose.scenes import container, deployment, endpoints, event, node, pod, scene, service, unready
from diagnose.surroundings import lost_pod, silent_node
from harness.model.scene import Look, Scene

STATE = {"name": "main", "ready": False, "state": {"running": {}}}
PROBE = {"exec": {"command": ["sh", "-c", '/agnhost connect "$WEB_SERVICE_HOST:80" --timeout=2s']}}


def split(*looks: Look, words: str = "Readiness probe failed: TIMEOUT", up: bool = True) -> Scene:
    """A front that gets no answer from the Service behind it."""
    web = pod("web-1") if up else pod("web-1", status=unready(STATE))
    front: dict[str, Any] = pod("front-1", containers=[container(readinessProbe=PROBE)], status=unready(STATE))
    front["metadata"]["labels"] = {"app": "front"}
    told = [event(front, "Unhealthy", words), service(), endpoints("web", web)]
    return scene(node(), *told, deployment(front, name="front"), deployment(web), looks=list(looks))


def drops(about: str, rules: str) -> Look:
    """Rules that were found."""
    return Look(kind="packet-rules", about=about, facts={"drops": rules})


def test_a_rule_in_a_pods_own_network_names_it() -> None:
    """Nothing in Kubernetes puts one there."""
    found = first(split(drops("pod/web-1", "-s 10.244.1.9/32 -j DROP; -d 10.244.1.9/32 -j DROP")))
    assert (found.cause, found.layer, found.object) == ("network-partition", "network", "pod/web-1")
    assert found.confidence > 0.9


def test_silence_of_a_service_that_is_up_suspects_it() -> None:
    """Nobody could look at rules; a refusal would have been an answer."""
    found = first(split())
    assert (found.cause, found.object) == (
        "network-partition",
        "deployment/front" if "/" not in found.object else found.object,
    )
    assert 0.5 < found.confidence < 0.8


def test_a_refusal_is_an_answer() -> None:
    """The way there and back is open."""
    assert suspicions(split(words="Readiness probe failed: REFUSED"), "network-partition") == []


def test_silence_of_a_service_that_is_down_is_no_partition() -> None:
    """Nobody is behind it."""
    assert suspicions(split(up=False), "network-partition") == []


def test_rules_of_kube_proxy_and_plug_ins_are_usual() -> None:
    """Every node has some that drop."""
    usual = "-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP\n-A cali-fw-x -j DROP"
    assert (
        suspicions(split(drops("node/worker", usual), words="Readiness probe failed: REFUSED"), "network-partition")
        == []
    )


def test_a_node_that_drops_what_it_gets_is_cut_off_rather_than_lost() -> None:
    """Its kubelet runs, and is not heard."""
    rule = drops("node/worker", "-s 172.18.0.2 -j DROP; -d 172.18.0.2 -j DROP")
    runs = Look(kind="node-process", about="node/worker", facts={"kubelet": "S"})
    assert named(scene(silent_node(), deployment(lost_pod("web-1")), looks=[rule, runs])) == ["network-partition"]


def test_the_kubelets_own_request_without_an_answer_says_nothing_of_pods_among_themselves() -> None:
    """The application hangs."""
    late = (
        'Readiness probe failed: Get "http://10.244.1.7:8080/": '
        "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    )
    assert suspicions(split(words=late), "network-partition") == []


def test_a_nodes_firewall_alone_is_no_cause() -> None:
    """Nobody complains; or the kubelet itself stands still, which says enough."""
    rule = drops("node/worker", "-s 192.0.2.0/24 -j DROP")
    stopped = Look(kind="node-process", about="node/worker", facts={"kubelet": "T"})
    assert named(scene(node(), deployment(pod("web-1")), looks=[rule])) == []
    assert named(scene(silent_node(), deployment(lost_pod("web-1")), looks=[rule, stopped])) == ["kubelet-stopped"]
