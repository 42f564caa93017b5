"""An object added to the cluster and taken away; it carries the step's id as a label."""

from __future__ import annotations

from typing import Any

from harness.damage import marks
from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.kube import actions
from harness.kube.resources import resource_of_kind
from harness.kube.rights import Right, may
from harness.model.errors import ApiError, InjectionFailed


class Addition(Step, frozen=True, kw_only=True, tag="addition"):
    """`manifest` is created, in `namespace` where its kind has one."""

    manifest: dict[str, Any]
    namespace: str

    def touch(self) -> Touch:
        """The new object."""
        kind = resource_of_kind(self.manifest["apiVersion"], self.manifest["kind"])
        plural = kind.plural if kind else self.manifest["kind"].lower()
        namespaced = kind is None or kind.namespaced
        return Touch(plural, self.namespace if namespaced else "", self.manifest["metadata"]["name"], self.deed)

    def do(self, site: Site) -> None:
        """Create it; one that is there already must be this very step's."""
        meta = self.manifest["metadata"]
        labelled = {**meta, "labels": {**meta.get("labels", {}), marks.LABEL: self.id}}
        try:
            actions.create(site.client, {**self.manifest, "metadata": labelled}, self.namespace)
        except ApiError as error:
            if error.status != 409:
                raise
            if not self._ours(site):
                raise InjectionFailed(f"{self.manifest['kind']} {meta['name']} exists already") from None

    def undo(self, site: Site) -> None:
        """Delete it, unless it is somebody else's."""
        if self._ours(site):
            actions.delete_manifest(site.client, self.manifest, self.namespace)

    def _ours(self, site: Site) -> bool:
        found = actions.find_manifest(site.client, self.manifest, self.namespace)
        return found is not None and found["metadata"].get("labels", {}).get(marks.LABEL) == self.id


def addition_rights(resource: str, name: str = "") -> list[Right]:
    """What it takes to add an object and to take it away."""
    return may("create get delete", resource, name)
