"""What is made of the API server's own list of its resources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kube.api_server import ApiServer

from harness.kube.client import Client
from harness.model.errors import ClusterBroken
from harness.residue.discovery import served


def resource(plural: str, scope: str = "Namespaced", verbs: tuple[str, ...] = ("list",)) -> dict[str, Any]:
    kind = {"group": "", "version": "", "kind": plural.title()}
    return {"resource": plural, "scope": scope, "responseKind": kind, "singularResource": plural[:-1], "verbs": verbs}


def group(name: str, **versions: list[dict[str, Any]]) -> dict[str, Any]:
    listed = [{"version": version, "resources": resources} for version, resources in versions.items()]
    return {"metadata": {"name": name} if name else {}, "versions": listed}


@pytest.fixture
def server() -> Iterator[ApiServer]:
    server = ApiServer()
    yield server
    server.close()


@pytest.fixture
def client(server: ApiServer, tmp_path: Path) -> Iterator[Client]:
    client = Client.from_kubeconfig(server.kubeconfig(tmp_path), "tiny")
    yield client
    client.close()


def test_each_resource_that_can_be_listed_is_found_once(server: ApiServer, client: Client) -> None:
    """In its group's preferred version, or the only one that has it; named as kubectl names it."""
    core = group("", v1=[resource("pods"), resource("nodes", "Cluster"), resource("bindings", verbs=("create",))])
    custom = group("example.com", v2=[resource("plants")], v1=[resource("plants"), resource("seeds")])
    server.raw["/api"] = msgspec.json.encode({"items": [core]})
    server.raw["/apis"] = msgspec.json.encode({"items": [custom]})
    found = {each.name: each.resource for each in served(client)}
    assert {name: (of.group_version, of.namespaced) for name, of in found.items()} == {
        "pod": ("v1", True),
        "node": ("v1", False),
        "plant.example.com": ("example.com/v2", True),
        "seed.example.com": ("example.com/v1", True),
    }
    assert client.requests["GET"] == 2


def test_a_server_that_is_too_old_is_named_as_such(server: ApiServer, client: Client) -> None:
    """It answers with the old kind of list, which has no items."""
    server.raw["/api"] = msgspec.json.encode({"kind": "APIVersions", "versions": ["v1"]})
    with pytest.raises(ClusterBroken, match="does not list its resources") as caught:
        served(client)
    assert "1.26" in caught.value.hint
