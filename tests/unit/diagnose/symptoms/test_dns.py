"""Promise: what is wrong with the cluster's DNS is told in one word each; what belongs to nobody's DNS is not."""

from __future__ import annotations

from typing import Any

from diagnose.asked import symptoms
from diagnose.scenes import scene, service
from diagnose.surroundings import dns
from harness.model.scene import Look


def problems(*documents: Any, looks: list[Look] | None = None) -> list[str]:
    """What is told."""
    return [each.facts["problem"] for each in symptoms(scene(*documents, looks=looks), "dns")]


def query(name: str, **facts: str) -> Look:
    """A query that was sent."""
    return Look(kind="dns-query", about=name, facts=facts)


def test_pods_or_endpoints_that_are_all_unready_are_told() -> None:
    """One is enough to answer."""
    assert problems(dns(ready_pods=0)) == ["no-endpoints"]
    assert problems(dns(ready_pods=0, pods=0)) == ["no-endpoints"]
    assert problems(dns(ready_pods=1)) == []


def test_silence_and_wrong_answers_are_told_apart() -> None:
    """Of Services that exist; what a foreign name says is its owner's matter."""
    name = "web.shop.svc.cluster.local"
    assert problems(dns(), service(), looks=[query(name, error="no answer within 2 s")]) == ["no-answer"]
    assert problems(dns(), service(), looks=[query(name, error="NXDOMAIN")]) == ["wrong-answer"]
    assert problems(dns(), service(), looks=[query(name, answer="10.1.1.1")]) == ["wrong-answer"]
    assert problems(dns(), service(), looks=[query(name, answer="10.96.0.9")]) == []
    assert problems(dns(), service(), looks=[query("example.com", error="NXDOMAIN")]) == []
    assert problems(dns(), service(), looks=[query("web.other.svc.cluster.local", error="NXDOMAIN")]) == []


def test_a_rule_for_another_namespaces_names_is_none_of_this_ones() -> None:
    """Only names of the namespace are looked for."""
    text = "kubernetes cluster.local {\n}\ntemplate IN A {\n  match \\.other\\.svc\\.cluster\\.local\\.$\n}\n"
    look = Look(kind="corefile", about="configmap/coredns", facts={"Corefile": text})
    assert problems(dns(), looks=[look]) == []


def test_a_cluster_without_the_service_is_left_alone() -> None:
    """It has another DNS, or none."""
    assert problems() == []
