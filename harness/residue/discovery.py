"""Which resources an API server serves, custom ones included; two requests. Knows nothing of what they hold."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from harness.kube.client import Client
from harness.kube.resources import Resource
from harness.model.errors import ClusterBroken

_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList"
_ACCEPT = ",".join([_AGGREGATED.format("v2"), _AGGREGATED.format("v2beta1"), "application/json"])


class Served(NamedTuple):
    """A resource that can be listed, and its name as kubectl writes it, for example `deployment.apps`."""

    resource: Resource
    name: str


def served(client: Client) -> list[Served]:
    """Every resource that can be listed, each in its group's preferred version.

    Raises ApiError, and ClusterBroken where the server is older than aggregated discovery (Kubernetes 1.26).
    """
    found: dict[tuple[str, str], Served] = {}
    for root in ("/api", "/apis"):
        for group in _groups(client, root):
            for version in group.versions:
                for each in version.resources:
                    if "list" in each.verbs:
                        found.setdefault((group.metadata.name, each.resource), _as_served(group, version, each))
    return list(found.values())


def _groups(client: Client, root: str) -> list[_Group]:
    answer = client.request("GET", root, accept=_ACCEPT)
    try:
        return msgspec.json.decode(answer, type=_Groups).items
    except msgspec.ValidationError:
        raise ClusterBroken(
            f"GET {root}: the server does not list its resources in one answer",
            hint="the residue check needs Kubernetes 1.26 or newer",
        ) from None


def _as_served(group: _Group, version: _Version, each: _Resource) -> Served:
    name = group.metadata.name
    group_version = f"{name}/{version.version}" if name else version.version
    resource = Resource(each.resource, each.response_kind.kind, group_version, each.scope == "Namespaced")
    return Served(resource, ".".join(word for word in (each.singular or each.resource, name) if word))


class _Kind(msgspec.Struct):
    kind: str = ""


class _Resource(msgspec.Struct, rename="camel"):
    resource: str
    scope: str
    response_kind: _Kind = msgspec.field(default_factory=_Kind)
    singular: str = msgspec.field(default="", name="singularResource")
    verbs: list[str] = []


class _Version(msgspec.Struct):
    version: str
    resources: list[_Resource] = []


class _Name(msgspec.Struct):
    name: str = ""


class _Group(msgspec.Struct):
    metadata: _Name = msgspec.field(default_factory=_Name)
    versions: list[_Version] = []


class _Groups(msgspec.Struct):
    items: list[_Group]
