"""A Node object deleted and created again; its kubelet may have registered itself anew meanwhile."""

from __future__ import annotations

from typing import Any

from harness.damage.removal import Removal, removal
from harness.damage.site import Site, Touch
from harness.kube import actions
from harness.model.errors import ApiError, ClusterBroken

_TRIES = 20


class NodeRemoval(Removal, frozen=True, kw_only=True, tag="node-removal"):
    """As any removal, but a Node that is there again at the undo gets back what only the old one had."""

    def undo(self, site: Site) -> None:
        """Create it again, or complete the one that registered itself."""
        name = self.manifest["metadata"]["name"]
        for _ in range(_TRIES):
            found = actions.find(site.client, "nodes", name)
            if found is None or found["metadata"]["uid"] == self.uid:
                break
            try:
                actions.replace(site.client, "nodes", _completed(found, self.manifest))
            except ApiError as error:
                if error.status not in (404, 409):  # gone or changed between reading and writing
                    raise
            else:
                break
        else:
            raise ClusterBroken(f"node {name} changes too often to be completed: {_TRIES} tries")
        super().undo(site)


def node_removal(site: Site, node: str) -> NodeRemoval:
    """The step that deletes this Node; reads it as it stands. Raises ApiError where it does not exist."""
    plain = removal(site, Touch("nodes", "", node, "delete the Node object"))
    # a new Node begins with the old one's capacity and addresses, so that pods fit before the kubelet reports
    status = actions.get(site.client, "nodes", node).get("status", {})
    manifest = {**plain.manifest, "status": status}
    return NodeRemoval(
        deed=plain.deed, manifest=manifest, uid=plain.uid, namespace=plain.namespace, keeper=plain.keeper
    )


def _completed(found: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """The Node as it is now with the labels, annotations, taints and pod network that it lacks."""
    meta = dict(found["metadata"])
    for field in ("labels", "annotations"):
        meta[field] = {**old["metadata"].get(field, {}), **meta.get(field, {})}
    spec = {**old["spec"], **found["spec"]}
    for field in ("unschedulable", "taints"):
        if field in old["spec"]:
            spec[field] = old["spec"][field]
    return {**found, "metadata": meta, "spec": spec}
