"""Fields of an object changed and put back; the object carries the undo as an annotation while the change lasts."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import msgspec

from harness.damage import marks
from harness.damage.fields import Path, first_absent, read, write
from harness.damage.rewrite import Document, rewrite
from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.kube import actions
from harness.kube.rights import OWN, Right, may
from harness.machine.clock import wait_until
from harness.model.errors import ClusterBroken, InjectionFailed

_CAUGHT_UP_SECONDS = 10.0
"""How long a controller may take to see what was put back."""


class Set(msgspec.Struct, frozen=True):
    """One field: its path (see harness.damage.fields), what it was, and what it becomes; None means absent."""

    path: list[str]
    before: Any
    after: Any


class Edit(Step, frozen=True, kw_only=True, tag="edit"):
    """The object with this uid gets new values; only these fields are put back, whatever else changes meanwhile."""

    resource: str
    namespace: str
    name: str
    uid: str
    sets: list[Set]
    subresource: str = ""

    def touch(self) -> Touch:
        """The object."""
        return Touch(self.resource, self.namespace, self.name, self.deed)

    def do(self, site: Site) -> None:
        """Write the new values and the mark at once."""

        def put(document: Document) -> None:
            if document["metadata"]["uid"] != self.uid:
                raise InjectionFailed(f"{self.resource}/{self.name} was replaced by another of that name meanwhile")
            for field in self.sets:
                write(document, field.path, field.after)
            notes = document["metadata"].setdefault("annotations", {})
            notes[marks.annotation(self.id)] = msgspec.json.encode(self).decode()

        if self.subresource:  # a subresource takes no annotation: mark first, then change
            rewrite(site, self.touch(), put)
        rewrite(site, self.touch(), put, subresource=self.subresource)

    def undo(self, site: Site) -> None:
        """Put the fields back; an object that is gone, or is another one by now, is left alone."""

        def put(document: Document) -> None:
            if document["metadata"]["uid"] != self.uid:
                return
            for field in reversed(self.sets):
                write(document, field.path, field.before)
            notes = document["metadata"].get("annotations") or {}
            notes.pop(marks.annotation(self.id), None)
            if not notes:
                document["metadata"].pop("annotations", None)

        if self.subresource:
            rewrite(site, self.touch(), put, subresource=self.subresource)
        rewrite(site, self.touch(), put)
        if self.resource == "deployments":
            self._forget_copies(site)

    def _forget_copies(self, site: Site) -> None:
        """A Deployment's controller copies its annotations to its ReplicaSets and never takes one back."""
        mark = marks.annotation(self.id)

        def caught_up() -> bool:
            document = actions.find(site.client, self.resource, self.name, self.namespace)
            seen = {} if document is None else document.get("status", {})
            return document is None or seen.get("observedGeneration", 0) >= document["metadata"]["generation"]

        if not wait_until(caught_up, timeout_seconds=_CAUGHT_UP_SECONDS, clock=site.clock):
            raise ClusterBroken(f"the controller of {self.resource}/{self.name} lags: it may still copy the mark")
        for replicaset in actions.listed(site.client, "replicasets", self.namespace):
            if mark in (replicaset["metadata"].get("annotations") or {}):
                forget = {"metadata": {"annotations": {mark: None}}}
                actions.merge_patch(site.client, "replicasets", replicaset["metadata"]["name"], forget, self.namespace)


def edit_rights(resource: str, name: str = "", *, namespace: str = OWN, subresource: str = "") -> list[Right]:
    """What it takes to read, edit and put back an object."""
    rights = may("get update", resource, name, namespace=namespace)
    if subresource:
        rights += may("update", resource, name, namespace=namespace, subresource=subresource)
    if resource == "deployments":
        rights += may("list patch", "replicasets", namespace=namespace)
    return rights


def edit(site: Site, touch: Touch, values: Sequence[tuple[Path, Any]], *, subresource: str = "") -> Edit:
    """The step that gives fields of an object new values; reads what they are now.

    Raises ApiError where the object does not exist.
    """
    resource, namespace, name, _ = touch
    document = actions.get(site.client, resource, name, namespace or None)
    uid = document["metadata"]["uid"]
    sets = sets_of(document, values)
    return Edit(**touch._asdict(), uid=uid, sets=sets, subresource=subresource)


def sets_of(document: Document, values: Sequence[tuple[Path, Any]]) -> list[Set]:
    """What changes an object so, and back: what lacks on the way to a field comes and goes with the field."""
    changed = copy.deepcopy(document)
    sets = []
    for path, value in values:
        top = first_absent(changed, path)
        before = copy.deepcopy(read(changed, top))
        write(changed, path, value)
        sets.append(Set(list(top), before, copy.deepcopy(read(changed, top))))
    return sets
