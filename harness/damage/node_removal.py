"""A Node object deleted and created again; its kubelet may have registered itself anew meanwhile."""

from __future__ import annotations

from typing import Any

from harness.damage.removal import Removal, removal, removal_rights, without_server_fields
from harness.damage.rewrite import Document, rewrite
from harness.damage.site import Site, Touch
from harness.kube import actions
from harness.kube.rights import Right, may
from harness.model.errors import ClusterBroken


class NodeRemoval(Removal, frozen=True, kw_only=True, tag="node-removal"):
    """As any removal, but a Node that is there again at the undo gets back what only the old one had.

    `csi_node` is what the garbage collector takes with the Node, and a kubelet makes only when it starts; or None.
    """

    csi_node: dict[str, Any] | None = None

    def undo(self, site: Site) -> None:
        """Create it again, or complete the one that registered itself."""

        def complete(found: Document) -> None:
            if found["metadata"]["uid"] != self.uid:
                found.update(_completed(found, self.manifest))

        rewrite(site, self.touch(), complete)
        super().undo(site)

    def _complete(self, site: Site) -> None:
        """The CSINode as well, owned by the Node that is there now."""
        name = self.manifest["metadata"]["name"]
        node = actions.find(site.client, "nodes", name)
        if self.csi_node is None or node is None:
            return
        uid = node["metadata"]["uid"]
        found = actions.find(site.client, "csinodes", name)
        if found is not None:
            if uid not in [owner["uid"] for owner in found["metadata"].get("ownerReferences", [])]:
                raise ClusterBroken(f"the CSINode of the old node {name} is not collected yet")
            return
        owners = [{"apiVersion": "v1", "kind": "Node", "name": name, "uid": uid}]
        meta = {**self.csi_node["metadata"], "ownerReferences": owners}
        actions.create(site.client, {**self.csi_node, "metadata": meta})


def node_removal(site: Site, node: str) -> NodeRemoval:
    """The step that deletes this Node; reads it as it stands. Raises ApiError where it does not exist."""
    plain = removal(site, Touch("nodes", "", node, "delete the Node object"))
    # a new Node begins with the old one's capacity and addresses, so that pods fit before the kubelet reports
    status = actions.get(site.client, "nodes", node).get("status", {})
    manifest = {**plain.manifest, "status": status}
    owned = actions.find(site.client, "csinodes", node)
    return NodeRemoval(
        deed=plain.deed,
        manifest=manifest,
        uid=plain.uid,
        namespace=plain.namespace,
        keeper=plain.keeper,
        csi_node=None if owned is None else without_server_fields(owned),
    )


def node_removal_rights(node: str) -> list[Right]:
    """What it takes to remove a Node and to bring it back; `node` is empty where it is not known beforehand."""
    return removal_rights("nodes", node) + may("update", "nodes", node) + may("get create", "csinodes", node)


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
