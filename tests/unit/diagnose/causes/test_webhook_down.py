"""Promise: a webhook that must agree and does not answer is named, whether or not a pod was refused already."""

from __future__ import annotations

from typing import Any

from diagnose.asked import first, named
from diagnose.scenes import changed, deployment, event, node, pod, scene, service
from diagnose.surroundings import webhook

AWAY = {"metadata": {"namespace": "policies"}}
REFUSED = (
    'Error creating: Internal error occurred: failed calling webhook "pods.policy.example": failed to call webhook: '
    'Post "https://policy.policies.svc:443/?timeout=10s": no endpoints available for service "policy"'
)


def backend(*, ready: bool) -> list[Any]:
    """The webhook's Service in its own namespace, with or without an endpoint."""
    slice_ = {
        "kind": "EndpointSlice",
        "metadata": {"name": "policy-x", "namespace": "policies", "labels": {"kubernetes.io/service-name": "policy"}},
        "endpoints": [{"addresses": ["10.244.3.3"], "conditions": {"ready": True}}] if ready else [],
    }
    return [changed(service("policy"), AWAY), slice_]


def test_a_refusal_in_its_name_is_named() -> None:
    """The controller quotes the API server."""
    web = deployment(pod("web-1"), replicas=2)
    found = scene(node(), webhook(), backend(ready=False), web, event(web[1], "FailedCreate", REFUSED))
    assert named(found) == ["webhook-down"]
    assert first(found).object == "validatingwebhookconfiguration/policy"


def test_a_backend_without_endpoints_is_named_before_a_pod_is_needed() -> None:
    """What runs goes on, nothing could be replaced."""
    found = first(scene(node(), webhook(), backend(ready=False), deployment(pod("web-1"))))
    assert (found.cause, found.layer) == ("webhook-down", "control-plane")


def test_a_backend_in_the_namespace_itself_that_does_not_exist_is_named() -> None:
    """Its Services were read."""
    assert named(scene(node(), webhook(namespace="shop"), deployment(pod("web-1")))) == ["webhook-down"]


def test_a_backend_that_answers_is_well() -> None:
    """It has an endpoint."""
    assert named(scene(node(), webhook(), backend(ready=True), deployment(pod("web-1")))) == []


def test_a_webhook_that_may_fail_stops_nothing() -> None:
    """failurePolicy Ignore."""
    assert named(scene(node(), webhook(policy="Ignore"), backend(ready=False), deployment(pod("web-1")))) == []


def test_a_webhook_for_other_namespaces_is_none_of_this_ones() -> None:
    """Its selector names another."""
    other = {"matchLabels": {"kubernetes.io/metadata.name": "other"}}
    found = scene(node(), webhook(namespaceSelector=other), backend(ready=False), deployment(pod("web-1")))
    assert named(found) == []


def test_where_its_namespace_was_not_read_nothing_is_said() -> None:
    """Absence proves nothing there."""
    assert named(scene(node(), webhook(), deployment(pod("web-1")))) == []
