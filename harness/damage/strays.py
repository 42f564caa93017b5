"""Changes that no journal knows any more, found by the marks that every change carries, and put back.

Steps of runs that live are spared: they are named by `alive`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from harness.damage import marks
from harness.damage.addition import Addition
from harness.damage.edit import Edit
from harness.damage.outage import NodeOutage, PartOutage
from harness.damage.site import Site
from harness.damage.steps import AnyStep
from harness.kube import actions
from harness.kube.resources import RESOURCES
from harness.model.cluster import Capability, Outage
from harness.model.errors import ApiError, HealproofError

_UNMARKED = frozenset({"events", "endpointslices", "leases", "controllerrevisions"})
_decoder: msgspec.json.Decoder[AnyStep] = msgspec.json.Decoder(AnyStep)


class Alive(NamedTuple):
    """What runs that live have done: the ids of their steps, and the namespaces that they made."""

    steps: frozenset[str]
    namespaces: frozenset[str]


class Stray(NamedTuple):
    """Something that a dead run left: what it is in words, and how it is put back."""

    what: str
    undo: Callable[[Site], None]


def down(site: Site, alive: Alive) -> list[Stray]:
    """Nodes and parts of the control plane that do not run. Needs no API server, so it comes first."""
    if alive.steps:  # whose outage it is cannot be told from the outside
        return []
    found: list[Stray] = []
    for each in site.levers.down_now():
        step = (
            NodeOutage(deed="", node=each.name, how=Outage.STOPPED)
            if each.kind == "node"
            else PartOutage(deed="", part=each.name, how=Outage.STOPPED)
        )
        found.append(Stray(f"{each.kind} {each.name}: {each.how}", step.undo))
    return found


def on_nodes(site: Site, alive: Alive) -> Iterator[Stray]:
    """Changes of nodes, which keep their own undo."""
    if Capability.NODE_EXEC not in site.record.capabilities:
        return
    script = 'for f in "$1"/*.json; do [ ! -e "$f" ] || { cat "$f"; echo; }; done'
    for node in site.record.nodes:
        kept = site.node_exec(node, ["sh", "-c", script, "healproof", marks.NODE_FOLDER])
        for line in kept.text.splitlines():
            step = _step(line)
            if step is not None and step.id not in alive.steps:
                yield Stray(f"node {node}: {step.deed}", step.undo)


def in_api(site: Site, alive: Alive) -> Iterator[Stray]:
    """Objects that were added, edited or removed, and namespaces of runs; what blocks the API comes first."""
    objects = list(_marked(site))
    for plural, item in objects:
        label = (item["metadata"].get("labels") or {}).get(marks.LABEL, "")
        if label and label not in alive.steps and item.get("type") != f"{marks.DOMAIN}/removed":
            yield Stray(f"added {plural}/{item['metadata']['name']}", _take_away(item, label))
    for plural, item in objects:
        for step in _kept_by(item):
            if step.id in alive.steps:
                continue
            if isinstance(step, Edit) and step.uid != item["metadata"]["uid"]:
                yield Stray(f"{plural}/{item['metadata']['name']}: a copy of a mark", _forget(plural, item, step))
            else:
                yield Stray(f"{plural}/{item['metadata']['name']}: {step.deed}", step.undo)
    for namespace in actions.listed(site.client, "namespaces", labels=marks.RUN):
        name = namespace["metadata"]["name"]
        if name not in alive.namespaces and not namespace["metadata"].get("deletionTimestamp"):
            yield Stray(f"namespace {name}", _delete_namespace(name))


def _marked(site: Site) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the cluster that carries a mark; on a cluster of others in the allowed namespaces only."""
    for plural, resource in sorted(RESOURCES.items(), key=lambda entry: "webhook" not in entry[0]):
        if plural in _UNMARKED:
            continue
        spaces: tuple[str | None, ...] = (None,)
        if site.record.namespaces is not None and resource.namespaced:
            spaces = site.record.namespaces
        for space in spaces:
            for item in _listed(site, plural, space):
                meta = item["metadata"]
                notes = meta.get("annotations") or {}
                if marks.LABEL in (meta.get("labels") or {}) or any(n.startswith(marks.ANNOTATION) for n in notes):
                    yield plural, {"apiVersion": resource.group_version, "kind": resource.kind, **item}


def _listed(site: Site, plural: str, namespace: str | None) -> list[dict[str, Any]]:
    try:
        return actions.listed(site.client, plural, namespace)
    except ApiError as error:
        if error.status in (403, 404):  # not ours to read, or not served: nothing of ours can be in it
            return []
        raise


def _kept_by(item: dict[str, Any]) -> Iterator[AnyStep]:
    """The steps that an object keeps: in annotations where it was edited, in its data where it stands for another."""
    if item.get("type") == f"{marks.DOMAIN}/removed":
        texts = [base64.b64decode(item.get("data", {}).get("step", "")).decode(errors="replace")]
    else:
        notes = item["metadata"].get("annotations") or {}
        texts = [text for key, text in notes.items() if key.startswith(marks.ANNOTATION)]
    for text in texts:
        step = _step(text)
        if step is not None:
            yield step


def _step(text: str) -> AnyStep | None:
    try:
        return _decoder.decode(text)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None


def _take_away(item: dict[str, Any], step_id: str) -> Callable[[Site], None]:
    meta = {"name": item["metadata"]["name"]}
    manifest = {"apiVersion": item["apiVersion"], "kind": item["kind"], "metadata": meta}
    return Addition(id=step_id, deed="", manifest=manifest, namespace=item["metadata"].get("namespace", "")).undo


def _forget(plural: str, item: dict[str, Any], step: Edit) -> Callable[[Site], None]:
    """A Deployment's annotations are copied to its ReplicaSets; a copy undoes nothing."""
    meta = item["metadata"]

    def undo(site: Site) -> None:
        forget = {"metadata": {"annotations": {marks.annotation(step.id): None}}}
        actions.merge_patch(site.client, plural, meta["name"], forget, meta.get("namespace"))

    return undo


def _delete_namespace(name: str) -> Callable[[Site], None]:
    def undo(site: Site) -> None:
        actions.delete_namespace(site.client, name)

    return undo


def put_back(site: Site, alive: Alive, said: Callable[[str], None], failed: Callable[[str], None]) -> int:
    """Find and put back everything, in the order in which each step makes the next possible; gives how many."""
    undone = 0
    for find in (down, on_nodes, in_api):
        try:
            strays = list(find(site, alive))
        except HealproofError as error:
            failed(f"{site.record.name}: {error.message}")
            continue
        for stray in strays:
            try:
                stray.undo(site)
            except HealproofError as error:
                failed(f"{stray.what} on {site.record.name}: {error.message}")
            else:
                said(f"{stray.what} on {site.record.name}")
                undone += 1
    return undone
