"""Paths are those of the Kubernetes API."""

from __future__ import annotations

import pytest

from harness.kube.resources import RESOURCES, resource, resource_of_kind
from harness.model.errors import BadInput
from harness.model.objects import LEAN_TYPES


@pytest.mark.parametrize(
    ("plural", "where", "path"),
    [
        ("pods", {}, "/api/v1/pods"),
        ("pods", {"namespace": "a"}, "/api/v1/namespaces/a/pods"),
        ("pods", {"namespace": "a", "name": "x", "subresource": "log"}, "/api/v1/namespaces/a/pods/x/log"),
        ("deployments", {"namespace": "a", "name": "x"}, "/apis/apps/v1/namespaces/a/deployments/x"),
        ("nodes", {"namespace": "a", "name": "x"}, "/api/v1/nodes/x"),
        ("endpointslices", {"namespace": "a"}, "/apis/discovery.k8s.io/v1/namespaces/a/endpointslices"),
    ],
)
def test_a_path_is_built_from_group_version_namespace_and_name(plural: str, where: dict[str, str], path: str) -> None:
    """Core and grouped, namespaced and cluster-scoped resources have the API's paths."""
    assert resource(plural).path(**where) == path


def test_a_namespaced_object_without_a_namespace_is_refused() -> None:
    """One object of a namespaced resource cannot be meant without its namespace."""
    with pytest.raises(BadInput, match="pods/x"):
        resource("pods").path(None, "x")


def test_an_unknown_resource_is_refused_with_the_known_ones() -> None:
    """A misspelt resource is answered with what there is."""
    with pytest.raises(BadInput, match=r"'pod' is not known; known are .*pods"):
        resource("pod")


def test_every_lean_type_has_a_resource_and_kinds_are_unique() -> None:
    """Whatever can be decoded can be watched, and a manifest's kind leads to one resource."""
    assert set(LEAN_TYPES) <= set(RESOURCES)
    assert all(resource_of_kind(entry.group_version, entry.kind) is entry for entry in RESOURCES.values())
    assert resource_of_kind("example.com/v1", "Thing") is None
