"""An object deleted and created again; a Secret in the scenario's namespace keeps it meanwhile."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from harness.damage import marks
from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.kube import actions
from harness.kube.resources import resource_of_kind
from harness.kube.rights import OWN, Right, may
from harness.model.errors import ApiError, ClusterBroken, InjectionFailed

_SERVER_SIDE = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink")

Document = dict[str, Any]


class Removal(Step, frozen=True, kw_only=True, tag="removal"):
    """The object with this uid is deleted; `manifest` is what is created again. `keeper` is where its copy lies."""

    manifest: Document
    uid: str
    namespace: str
    keeper: str

    def touch(self) -> Touch:
        """The object."""
        kind = resource_of_kind(self.manifest["apiVersion"], self.manifest["kind"])
        plural = kind.plural if kind else self.manifest["kind"].lower()
        return Touch(plural, self.namespace, self.manifest["metadata"]["name"], self.deed)

    def do(self, site: Site) -> None:
        """Put the copy into the cluster, then delete the object."""
        self._keep(site)
        kind = resource_of_kind(self.manifest["apiVersion"], self.manifest["kind"])
        if kind is None:
            raise InjectionFailed(f"objects of kind {self.manifest['kind']} cannot be removed: the kind is not known")
        name = self.manifest["metadata"]["name"]
        actions.delete(site.client, kind.plural, name, self.namespace or None, uid=self.uid)

    def undo(self, site: Site) -> None:
        """Create it again, unless it is there; then remove the copy."""
        found = actions.find_manifest(site.client, self.manifest, self.namespace or None)
        if found is not None and found["metadata"].get("deletionTimestamp"):
            raise ClusterBroken(f"{self.manifest['kind']} {self.manifest['metadata']['name']} is still being deleted")
        try:
            if found is None:
                actions.create(site.client, self.manifest, self.namespace or None)
        except ApiError as error:
            if error.status != 409 and not _namespace_goes(error):
                raise
        self._complete(site)
        actions.delete(site.client, "secrets", self._copy_name(), self.keeper)

    def _complete(self, site: Site) -> None:
        """Whatever went with the object, before its copy is given up."""

    def _keep(self, site: Site) -> None:
        content = base64.b64encode(msgspec.json.encode(self)).decode()
        copy = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": self._copy_name(), "labels": {marks.LABEL: self.id}},
            "type": f"{marks.DOMAIN}/removed",
            "data": {"step": content},
        }
        try:
            actions.create(site.client, copy, self.keeper)
        except ApiError as error:
            if error.status != 409:
                raise

    def _copy_name(self) -> str:
        return f"healproof-removed-{self.id}"


def removal(site: Site, touch: Touch) -> Removal:
    """The step that deletes this object; reads it as it stands. Raises ApiError where it does not exist."""
    resource, namespace, name, deed = touch
    document = actions.get(site.client, resource, name, namespace or None)
    manifest, uid = without_server_fields(document), document["metadata"]["uid"]
    return Removal(deed=deed, manifest=manifest, uid=uid, namespace=namespace, keeper=site.namespace)


def removal_rights(resource: str, name: str = "", *, namespace: str = OWN) -> list[Right]:
    """What it takes to remove an object and to create it again, and to keep its copy meanwhile."""
    rights = may("get delete create", resource, name, namespace=namespace)
    return rights + may("create delete", "secrets")


def without_server_fields(document: Document) -> Document:
    """An object as it can be created again."""
    meta = {key: value for key, value in document["metadata"].items() if key not in _SERVER_SIDE}
    return {**{key: value for key, value in document.items() if key != "status"}, "metadata": meta}


def _namespace_goes(error: ApiError) -> bool:
    """Nothing can be created in a namespace that is gone or going, and nothing needs to be."""
    return error.status == 404 or (error.status == 403 and "being terminated" in error.message)
