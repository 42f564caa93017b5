"""Promise: a kube-proxy that does not go on is named; a cluster that has none is left alone."""

from __future__ import annotations

from typing import Any

from diagnose.asked import first, named
from diagnose.scenes import deployment, endpoints, node, pod, scene, service
from diagnose.surroundings import lost_pod, silent_node, system_pod
from harness.model.scene import Look


def served() -> list[Any]:
    """A Service with its pod, both well."""
    web = pod("web-1")
    return [node(), *deployment(web), service(), endpoints("web", web)]


def proxy(state: str) -> Look:
    """Its process on node worker."""
    return Look(kind="node-process", about="node/worker", facts={"kubelet": "S", "kube-proxy": state})


def test_a_frozen_process_is_named_though_its_pod_looks_well() -> None:
    """It has no probe that would tell."""
    found = first(scene(*served(), system_pod("kube-proxy-1", k8s_app="kube-proxy"), looks=[proxy("T")]))
    assert (found.cause, found.layer, found.object) == ("kube-proxy-down", "network", "node/worker")


def test_a_pod_that_is_not_ready_is_named() -> None:
    """Nobody could look into the node."""
    assert named(scene(*served(), system_pod("kube-proxy-1", is_ready=False, k8s_app="kube-proxy"))) == [
        "kube-proxy-down"
    ]


def test_a_node_that_is_lost_takes_its_kube_proxy_along() -> None:
    """The node is the cause."""
    gone = system_pod("kube-proxy-1", is_ready=False, k8s_app="kube-proxy")
    assert named(scene(silent_node(), deployment(lost_pod("web-1")), service(), gone)) == ["node-not-ready"]


def test_a_cluster_without_kube_proxy_has_another_way() -> None:
    """Its network plug-in does that work."""
    assert named(scene(*served(), looks=[Look(kind="node-process", about="node/worker", facts={"kubelet": "S"})])) == []


def test_a_kube_proxy_that_runs_is_well() -> None:
    """Its process sleeps, as processes do."""
    assert named(scene(*served(), system_pod("kube-proxy-1", k8s_app="kube-proxy"), looks=[proxy("S")])) == []
