"""What the harness does to a cluster, one request each; it knows the API's verbs and nothing of faults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from harness.kube.client import Client
from harness.kube.resources import Resource, resource, resource_of_kind
from harness.model.errors import ApiError, BadInput
from harness.model.objects import Pod

FIELD_MANAGER = "healproof"
Object = dict[str, Any]


def create_namespace(client: Client, name: str, labels: dict[str, str]) -> Object:
    """Create a namespace; raises ApiError 409 where it exists already."""
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    return _decoded(client.request("POST", resource("namespaces").path(), body=manifest))


def delete_namespace(client: Client, name: str) -> bool:
    """Ask for a namespace to be deleted and do not wait; gives whether it was there."""
    return delete(client, "namespaces", name)


def apply(client: Client, manifest: Object, namespace: str | None = None) -> Object:
    """Server-side apply of one manifest as the field manager `healproof`, taking fields over from others.

    A namespaced object goes to `namespace` where it is given, else to the one it names. Gives the object as stored.
    """
    name = manifest.get("metadata", {}).get("name", "")
    if not name:
        raise BadInput(f"manifest of kind {manifest.get('kind')!r} has no metadata.name")
    kind = find_resource(client, manifest)
    if kind.namespaced:
        namespace = namespace or manifest["metadata"].get("namespace")
        manifest = {**manifest, "metadata": {**manifest["metadata"], "namespace": namespace}}
    answer = client.request(
        "PATCH",
        kind.path(namespace, name),
        body=manifest,
        query={"fieldManager": FIELD_MANAGER, "force": "true"},
        content_type="application/apply-patch+yaml",
    )
    return _decoded(answer)


def get(client: Client, plural: str, name: str, namespace: str | None = None) -> Object:
    """One object; raises ApiError 404 where it does not exist."""
    return _decoded(client.request("GET", resource(plural).path(namespace, name)))


def find(client: Client, plural: str, name: str, namespace: str | None = None) -> Object | None:
    """One object, or None where it does not exist."""
    try:
        return get(client, plural, name, namespace)
    except ApiError as error:
        if error.status == 404:
            return None
        raise


def create(client: Client, manifest: Object, namespace: str | None = None) -> Object:
    """Create one object, a namespaced one in `namespace`; raises ApiError 409 where one of that name exists."""
    kind = find_resource(client, manifest)
    path = kind.path(namespace if kind.namespaced else None)
    return _decoded(client.request("POST", path, body=manifest, query={"fieldManager": FIELD_MANAGER}))


def replace(
    client: Client, plural: str, document: Object, namespace: str | None = None, *, subresource: str = ""
) -> Object:
    """Write a whole object back; raises ApiError 409 where it changed since it was read."""
    path = resource(plural).path(namespace, document["metadata"]["name"], subresource)
    return _decoded(client.request("PUT", path, body=document, query={"fieldManager": FIELD_MANAGER}))


def find_manifest(client: Client, manifest: Object, namespace: str | None = None) -> Object | None:
    """The object of a manifest's kind and name as it stands, or None where it does not exist."""
    kind = find_resource(client, manifest)
    path = kind.path(namespace if kind.namespaced else None, manifest["metadata"]["name"])
    try:
        return _decoded(client.request("GET", path))
    except ApiError as error:
        if error.status == 404:
            return None
        raise


def listed(client: Client, plural: str, namespace: str | None = None, *, labels: str = "") -> list[Object]:
    """All objects of a resource, in one namespace or in all; `labels` is a label selector."""
    query = {"labelSelector": labels} if labels else {}
    items: list[Object] = _decoded(client.request("GET", resource(plural).path(namespace), query=query))["items"]
    return items


def delete(
    client: Client,
    plural: str,
    name: str,
    namespace: str | None = None,
    *,
    uid: str = "",
    grace_seconds: int | None = None,
) -> bool:
    """Ask for an object to be deleted (with `uid` only that very one) and do not wait; gives whether it was there.

    `grace_seconds` None leaves a pod its own grace period, 0 removes it from the API at once.
    """
    options: Object = {"apiVersion": "v1", "kind": "DeleteOptions", **_preconditions(uid)}
    if grace_seconds is not None:
        options["gracePeriodSeconds"] = grace_seconds
    return _delete(client, resource(plural).path(namespace, name), options)


def delete_manifest(client: Client, manifest: Object, namespace: str) -> bool:
    """Ask for the object that a manifest made to be deleted; gives whether it was there."""
    kind = find_resource(client, manifest)
    return _delete(client, kind.path(namespace if kind.namespaced else None, manifest["metadata"]["name"]), {})


def merge_patch(client: Client, plural: str, name: str, patch: Object, namespace: str | None = None) -> Object:
    """Apply a JSON merge patch; null removes a field, lists are replaced."""
    return _patch(client, resource(plural).path(namespace, name), patch, "merge-patch")


def strategic_patch(client: Client, plural: str, name: str, patch: Object, namespace: str | None = None) -> Object:
    """Apply a strategic merge patch; lists of named things merge by name."""
    return _patch(client, resource(plural).path(namespace, name), patch, "strategic-merge-patch")


def json_patch(
    client: Client, plural: str, name: str, operations: Sequence[Object], namespace: str | None = None
) -> Object:
    """Apply JSON patch operations; a `test` operation that does not hold raises ApiError 422."""
    return _patch(client, resource(plural).path(namespace, name), list(operations), "json-patch")


def delete_pod(client: Client, namespace: str, name: str, uid: str, grace_seconds: int | None = None) -> bool:
    """Delete the pod with this uid, never a successor of the same name; gives whether it was there."""
    return delete(client, "pods", name, namespace, uid=uid, grace_seconds=grace_seconds)


def evict_pod(client: Client, namespace: str, name: str, uid: str) -> Literal["evicted", "refused", "gone"]:
    """Evict the pod with this uid; `refused` means that its disruption budget says not yet, so ask again later.

    The server asks the budget before it looks at the uid: `refused` may be about a successor of the same name.
    """
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": name, "namespace": namespace},
        "deleteOptions": _preconditions(uid),
    }
    try:
        client.request("POST", resource("pods").path(namespace, name, "eviction"), body=eviction)
    except ApiError as error:
        # 429 is also how an overloaded API server answers; only the disruption budget's is a refusal
        if error.status == 429 and "disruption budget" in error.message.lower():
            return "refused"
        if _is_gone(error):
            return "gone"
        raise
    return "evicted"


def cordon(client: Client, node: str, unschedulable: bool) -> bool:
    """Make a node unschedulable or schedulable again; gives what it was before."""
    before = bool(get(client, "nodes", node).get("spec", {}).get("unschedulable"))
    if before != unschedulable:
        merge_patch(client, "nodes", node, {"spec": {"unschedulable": unschedulable or None}})
    return before


def list_pods_on_node(client: Client, node: str) -> list[Pod]:
    """All pods that are bound to a node, in every namespace."""
    answer = client.request("GET", resource("pods").path(), query={"fieldSelector": f"spec.nodeName={node}"})
    return msgspec.json.decode(answer, type=_PodList).items


def pod_logs(
    client: Client,
    namespace: str,
    name: str,
    *,
    container: str = "",
    previous: bool = False,
    tail_lines: int = 1000,
) -> str:
    """The last lines of a container's log, with `previous` those of its former run."""
    query: dict[str, str | int | list[str]] = {"tailLines": tail_lines, "previous": str(previous).lower()}
    if container:
        query["container"] = container
    return client.request("GET", resource("pods").path(namespace, name, "log"), query=query).decode(errors="replace")


def find_resource(client: Client, manifest: Object) -> Resource:
    """The resource that a manifest belongs to; the API server is asked for kinds that the table lacks.

    Raises BadInput where the server does not serve the kind.
    """
    version, kind = str(manifest.get("apiVersion", "")), str(manifest.get("kind", ""))
    known = resource_of_kind(version, kind)
    if known is not None:
        return known
    root = "/apis/" if "/" in version else "/api/"
    unknown = BadInput(f"kind {kind!r} in apiVersion {version!r} is not served by the cluster")
    try:
        served = msgspec.json.decode(client.request("GET", root + quote(version)), type=_Served).resources
    except ApiError as error:
        if error.status == 404:
            raise unknown from None
        raise
    for entry in served:
        if entry.kind == kind and "/" not in entry.name:
            return Resource(entry.name, kind, version, entry.namespaced)
    raise unknown


def _patch(client: Client, path: str, patch: object, flavour: str) -> Object:
    query = {"fieldManager": FIELD_MANAGER}
    return _decoded(client.request("PATCH", path, body=patch, query=query, content_type=f"application/{flavour}+json"))


def _delete(client: Client, path: str, options: Object | None = None) -> bool:
    try:
        client.request("DELETE", path, body=options)
    except ApiError as error:
        if _is_gone(error):
            return False
        raise
    return True


def _preconditions(uid: str) -> Object:
    return {"preconditions": {"uid": uid}} if uid else {}


def _is_gone(error: ApiError) -> bool:
    text = error.message.lower()  # the words differ between delete and eviction, and between versions
    return error.status == 404 or (error.status == 409 and "uid" in text and "precondition" in text)


def _decoded(answer: bytes) -> Object:
    return msgspec.json.decode(answer, type=dict[str, Any])


class _PodList(msgspec.Struct):
    items: list[Pod]


class _ServedResource(msgspec.Struct):
    name: str
    kind: str
    namespaced: bool = False


class _Served(msgspec.Struct):
    resources: list[_ServedResource]
