"""Where the objects that are checked come from: manifest files, or a namespace of a living cluster. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from harness.kube import actions
from harness.kube.client import Client
from harness.kube.resources import resource
from harness.load_typed import Place, convert
from harness.load_yaml import Problem, Refused, read_documents
from harness.model.errors import ApiError, BadInput
from harness.security import forms
from harness.security.objects import Objects

READ = (
    "deployments",
    "statefulsets",
    "daemonsets",
    "jobs",
    "cronjobs",
    "pods",
    "poddisruptionbudgets",
    "networkpolicies",
    "horizontalpodautoscalers",
)


class Found(NamedTuple):
    """The objects of one namespace, and what of it could not be read."""

    objects: Objects
    unseen: list[str]


def from_files(paths: list[Path]) -> list[Found]:
    """The objects of YAML files and folders, by the namespace that they name; raises BadInput with file and line."""
    files = [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*.yaml")))]
    if missing := [path for path in paths if not path.exists()]:
        raise BadInput(f"{missing[0]}: no such file or folder")
    problems: list[Problem] = []
    by_namespace: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in files:
        for document in read_documents(file):
            for manifest in _manifests(Place(file, document, problems)):
                by_namespace[_namespace(manifest)].append(manifest)
    if problems:
        raise Refused(problems)
    if not by_namespace:
        raise BadInput("no manifests", hint="name YAML files of Kubernetes objects")
    return [Found(Objects(manifests, namespace), []) for namespace, manifests in sorted(by_namespace.items())]


def from_cluster(client: Client, namespace: str) -> Found:
    """The objects of a namespace; raises BadInput where it does not exist."""
    manifests, unseen = list[dict[str, Any]](), list[str]()
    try:
        manifests.append(actions.get(client, "namespaces", namespace))
    except ApiError as error:
        if error.status == 404:
            raise BadInput(f"namespace {namespace!r} does not exist") from None
        unseen.append(_refused("namespaces", error))
    for plural in READ:
        kind = resource(plural)
        try:
            items = actions.listed(client, plural, namespace)
        except ApiError as error:
            unseen.append(_refused(plural, error))
        else:
            manifests += [{"apiVersion": kind.group_version, "kind": kind.kind, **item} for item in items]
    return Found(Objects(manifests, namespace), unseen)


def _refused(plural: str, error: ApiError) -> str:
    """What is not seen is not clean: an absence that may only be one of rights is said."""
    return f"{plural} were not read ({error.status} {error.reason}): findings about what lacks may be wrong"


def _manifests(place: Place) -> Iterator[dict[str, Any]]:
    value = place.value
    if isinstance(value, dict) and value.get("kind") == "List":
        for item in place.entries().get("items", place).items():
            yield from _manifests(item)
    elif not isinstance(value, dict) or not {"apiVersion", "kind"} <= value.keys():
        place.refuse("no Kubernetes object", "a mapping with apiVersion, kind and metadata.name")
    elif convert(place, forms.form_of(str(value["kind"]))) is not None:
        yield value


def _namespace(manifest: dict[str, Any]) -> str:
    meta = manifest["metadata"]
    return str(meta["name"] if manifest["kind"] == "Namespace" else meta.get("namespace") or "")
