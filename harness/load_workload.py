"""Kubernetes manifests from YAML files, as plain data. Knows what every manifest must say, nothing of scenarios."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from harness.load_typed import Place, convert
from harness.load_yaml import Problem, Refused, read_documents
from harness.model.units import Ref

_Text = Annotated[str, Meta(pattern=r"\S", extra={"accepted": "text that is not empty"})]


class _MetadataForm(msgspec.Struct, frozen=True):
    name: _Text


class _ManifestForm(msgspec.Struct, frozen=True, rename="camel"):
    api_version: _Text
    kind: _Text
    metadata: _MetadataForm


def load_workload(path: Path) -> list[dict[str, Any]]:
    """The Kubernetes manifests of a YAML file, with each `kind: List` replaced by its items.

    Raises BadInput with one line `path:LINE: what is wrong; accepted: …` for each problem. A manifest must not say
    its namespace: each run makes its own.
    """
    problems: list[Problem] = []
    places = [Place(path, document, problems) for document in read_documents(path)]
    manifests = [manifest for place in places for manifest in _manifests(place)]
    if not manifests and not problems:
        places[0].refuse("no manifests", "at least one Kubernetes manifest")
    if problems:
        raise Refused(problems)
    return manifests


def manifest_ref(manifest: dict[str, Any]) -> str:
    """A manifest's object as kubectl names it: `deployment/web`."""
    return f"{manifest['kind'].lower()}/{manifest['metadata']['name']}"


def is_in_workload(ref: Ref, manifests: list[dict[str, Any]]) -> bool:
    """Whether an object is among the manifests, or may come to be from them."""
    if ref.kind in ("node", "pod", "namespace"):  # the cluster's, a controller's, the run's: no manifest tells
        return True
    if ref in map(manifest_ref, manifests):
        return True
    return ref.kind == "persistentvolumeclaim" and any(
        re.fullmatch(rf"{re.escape(claim)}-\d+", ref.name)
        for manifest in manifests
        if manifest["kind"] == "StatefulSet"
        for claim in _claims(manifest)
    )


def _claims(stateful_set: dict[str, Any]) -> list[str]:
    """The names that a StatefulSet gives its claims, without the ordinal."""
    try:
        templates = stateful_set["spec"]["volumeClaimTemplates"]
        return [f"{claim['metadata']['name']}-{stateful_set['metadata']['name']}" for claim in templates]
    except (KeyError, TypeError):  # none, or not a StatefulSet that the API server would take
        return []


def _manifests(place: Place) -> list[dict[str, Any]]:
    entries = place.entries()
    if "kind" in entries and entries["kind"].value == "List":
        if "items" not in entries or not isinstance(entries["items"].value, list):
            place.refuse("a List without `items`", "`items`: a list of Kubernetes manifests")
            return []
        return [manifest for item in entries["items"].items() for manifest in _manifests(item)]
    manifest = convert(place, _ManifestForm)
    if manifest is None:
        return []
    if manifest.kind == "Namespace":
        entries["kind"].refuse("a manifest of kind Namespace", "any other kind; each run makes its own namespace")
    if "namespace" in place.value["metadata"]:
        place.at("metadata", "namespace").refuse(
            f"namespace of {manifest_ref(place.value)}", "no namespace; each run makes its own"
        )
    return [place.value]
