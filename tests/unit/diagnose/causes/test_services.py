"""When a Service that looks for the wrong labels or the wrong port is named."""

from __future__ import annotations

import pytest

from diagnose.asked import first, named, suspicions
from diagnose.scenes import ago, changed, container, deployment, endpoints, node, pod, scene, service
from harness.model.scene import Look


def test_a_selector_that_matches_nothing_near_a_workload_is_named() -> None:
    """The pods are ready, the Service of their name looks for another label."""
    found = first(scene(deployment(pod("web-1")), node(), service("web", selector={"app": "wbe"})))
    assert (found.cause, found.layer, found.object) == ("service-selector-wrong", "configuration", "service/web")
    assert "app=wbe where the pods have app=web" in found.evidence[0]


def test_a_selector_that_shares_a_label_is_near_too() -> None:
    """Its name is another, one of two labels fits."""
    whole = service("front", selector={"app": "web", "tier": "frnt"})
    assert named(scene(deployment(pod("web-1")), node(), whole)) == ["service-selector-wrong"]


def test_a_service_that_was_edited_since_is_surer() -> None:
    """Who wrote to it, and when, is among the evidence."""
    written = {"managedFields": [{"manager": "kubectl-edit", "time": ago(60)}]}
    whole = changed(service("web", selector={"app": "wbe"}), {"metadata": written})
    found = suspicions(scene(deployment(pod("web-1")), node(), whole), "service-selector-wrong")
    assert found[0].confidence == 0.95
    assert any("kubectl-edit" in each for each in found[0].supports)


@pytest.mark.parametrize("selector", [{"app": "later"}, {}], ids=["for-later", "none"])
def test_a_service_that_nothing_is_near_harms_nobody(selector: dict[str, str]) -> None:
    """It may be for later, or its endpoints are written by hand."""
    one = pod("web-1")
    documents = [*deployment(one), node(), service("web"), endpoints("web", one), service("other", selector=selector)]
    assert named(scene(*documents)) == []


def test_pods_that_are_not_ready_are_another_thing() -> None:
    """The selector fits."""
    assert suspicions(scene(deployment(pod("web-1")), node(), service("web")), "service-selector-wrong") == []


def test_a_port_name_that_no_pod_has_is_named() -> None:
    """Kubernetes leaves such a port out of the endpoints."""
    one = pod("web-1")
    wrong = service("web", ports=[{"port": 80, "targetPort": "https"}])
    found = first(scene(deployment(one), node(), wrong, endpoints("web", one)))
    assert (found.cause, found.layer, found.object) == ("service-port-wrong", "configuration", "service/web")
    assert found.confidence >= 0.9


def test_a_port_number_that_no_pod_offers_is_named_with_less() -> None:
    """Containers need not declare their ports; a refused request makes it sure."""
    one = pod("web-1")
    wrong = service("web", ports=[{"port": 80, "targetPort": 9090}])
    documents = [*deployment(one), node(), wrong, endpoints("web", one)]
    assert suspicions(scene(*documents), "service-port-wrong")[0].confidence == 0.65
    look = Look(kind="connection", about="pod/a -> service/web", facts={"error": "connection refused"}, good=False)
    assert suspicions(scene(*documents, looks=[look]), "service-port-wrong")[0].confidence == 0.9


@pytest.mark.parametrize("target", [8080, "http", 0])
def test_a_port_that_is_offered_is_right(target: int | str) -> None:
    """By number, by name, or the port itself where none is given."""
    one = pod("web-1")
    right = service("web", ports=[{"port": 8080, "targetPort": target}])
    assert named(scene(deployment(one), node(), right, endpoints("web", one))) == []


def test_a_port_that_answers_probes_is_right_though_nobody_declares_it() -> None:
    """A ready pod has answered there."""
    one = pod("web-1", containers=[container(readinessProbe={"tcpSocket": {"port": 9090}})])
    right = service("web", ports=[{"port": 80, "targetPort": 9090}])
    assert named(scene(deployment(one), node(), right, endpoints("web", one))) == []
