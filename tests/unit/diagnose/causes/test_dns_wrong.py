"""Promise: a DNS that answers and lies is told from one that is down, and from names that nobody has."""

from __future__ import annotations

import pytest

from diagnose.asked import first, named, suspicions
from diagnose.scenes import container, deployment, endpoints, event, node, pod, scene, service, unready
from diagnose.surroundings import dns
from harness.model.scene import Look, Scene

GOOD = """
.:53 {
    errors
    kubernetes cluster.local in-addr.arpa {
        pods insecure
    }
    forward . /etc/resolv.conf
}
"""
TEMPLATE = """
    template IN A {
        match \\.shop\\.svc\\.cluster\\.local\\.$
        rcode NXDOMAIN
    }
"""
LYING = GOOD.replace("    errors\n", TEMPLATE)
PROBE = {"exec": {"command": ["sh", "-c", "/agnhost connect web:80"]}}
STATE = {"name": "main", "ready": False, "state": {"running": {}}}


def well(*looks: Look) -> Scene:
    """A namespace in which nothing else is wrong."""
    web = pod("web-1")
    return scene(node(), dns(), deployment(web), service(), endpoints("web", web), looks=list(looks))


def corefile(text: str) -> Look:
    """The configuration of CoreDNS."""
    return Look(kind="corefile", about="configmap/coredns", facts={"Corefile": text})


def test_a_rule_that_catches_the_namespaces_names_is_read_from_the_corefile() -> None:
    """A template answers before the kubernetes plugin does."""
    found = first(well(corefile(LYING)))
    assert (found.cause, found.layer) == ("dns-wrong", "network")
    assert any("NXDOMAIN" in each for each in found.evidence)


def test_a_corefile_without_services_is_named() -> None:
    """The kubernetes plugin is gone."""
    assert named(well(corefile(".:53 {\n    forward . /etc/resolv.conf\n}\n"))) == ["dns-wrong"]


@pytest.mark.parametrize("facts", [{"error": "NXDOMAIN"}, {"answer": "10.9.9.9"}])
def test_a_wrong_answer_for_a_service_that_exists_is_named(facts: dict[str, str]) -> None:
    """Its address is another one."""
    assert named(well(Look(kind="dns-query", about="web.shop.svc.cluster.local", facts=facts))) == ["dns-wrong"]


def test_a_right_answer_and_a_usual_corefile_are_not() -> None:
    """Nor is a name that no Service has."""
    right = Look(kind="dns-query", about="web.shop.svc.cluster.local", facts={"answer": "10.96.0.9"})
    nobody = Look(kind="dns-query", about="nobody.shop.svc.cluster.local", facts={"error": "NXDOMAIN"})
    assert named(well(corefile(GOOD), right, nobody)) == []


def asking(name: str) -> Scene:
    """A client that is told that a name does not exist."""
    client = pod("client-1", containers=[container(readinessProbe=PROBE)], status=unready(STATE))
    web = pod("web-1")
    said = f"Readiness probe failed: DNS: lookup {name} on 10.96.0.10:53: no such host"
    below = deployment(client, name="client", spec={"selector": {"matchLabels": {"app": "client"}}})
    return scene(
        node(), dns(), event(client, "Unhealthy", said), below, service(), endpoints("web", web), deployment(web)
    )


def test_a_service_that_exists_and_is_denied_names_it() -> None:
    """The client quotes the answer."""
    assert first(asking("web")).cause == "dns-wrong"


def test_a_name_that_no_service_has_is_rightly_denied() -> None:
    """The mistake is elsewhere."""
    assert suspicions(asking("website"), "dns-wrong") == []
