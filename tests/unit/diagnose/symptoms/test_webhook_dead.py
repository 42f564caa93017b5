"""Promise: a webhook is dead where its backend was looked for and is not there or has no endpoint."""

from __future__ import annotations

from typing import Any

from diagnose.asked import symptoms
from diagnose.scenes import endpoints, pod, scene, service
from diagnose.surroundings import webhook

NAMESPACES = [{"kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "a"}}}]


def why(*documents: Any) -> list[str]:
    """Why webhooks are said to be dead."""
    return [each.facts["why"] for each in symptoms(scene(*documents), "webhook-dead")]


def test_a_service_that_is_gone_or_has_no_endpoint_is_dead() -> None:
    """In the namespace itself, which was read."""
    own = webhook(namespace="shop")
    assert why(own) == ["no-service"]
    assert why(own, service("policy")) == ["no-endpoints"]
    assert why(own, service("policy"), endpoints("policy", pod("policy-1"))) == []


def test_a_namespace_that_does_not_exist_has_no_backend() -> None:
    """The namespaces were read."""
    assert why(webhook(), NAMESPACES) == ["no-service"]


def test_what_does_not_concern_new_pods_here_is_not_told() -> None:
    """Another resource, another operation, another namespace, an address outside."""
    rule = {"apiGroups": [""], "operations": ["CREATE"], "resources": ["configmaps"]}
    assert why(webhook(namespace="shop", rules=[rule])) == []
    assert why(webhook(namespace="shop", rules=[{**rule, "resources": ["pods"], "operations": ["DELETE"]}])) == []
    assert why(webhook(namespace="shop", namespaceSelector={"matchLabels": {"team": "b"}}), NAMESPACES) == []
    assert why(webhook(clientConfig={"service": None, "url": "https://policy.example"})) == []
