"""What of an object of the API is a fact to keep: without what the cluster itself writes all the time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.model.state import EXISTS
from harness.report.redact import redact
from harness.residue.discovery import Served
from harness.residue.plain import digest, lines, shown

Object = dict[str, Any]

UNSEEN = frozenset(
    {
        "events", "leases", "leasecandidates", "endpoints", "endpointslices", "componentstatuses",
        "controllerrevisions", "csistoragecapacities", "storageversions",
        "certificatesigningrequests", "podcertificaterequests",  # removed by the control plane once they are old
    }
)  # fmt: skip
"""Resources that the control plane writes, renews and removes by itself."""

_UNSEEN_GROUP = "metrics.k8s.io"
_ENDED = ("Succeeded", "Failed")
_VOLATILE_ANNOTATIONS = (
    "kubectl.kubernetes.io/last-applied-configuration",  # a copy, of Secrets too
    "deployment.kubernetes.io/",
    "deprecated.daemonset.template.generation",
    "control-plane.alpha.kubernetes.io/leader",
    "node.alpha.kubernetes.io/ttl",
    "volumes.kubernetes.io/controller-managed-attach-detach",
    "flannel.alpha.coreos.com/backend-data",
)
_RANDOM_MOUNT = "kube-api-access-"


def is_seen(served: Served) -> bool:
    """Whether objects of this resource are facts of a cluster at all."""
    group = served.resource.group_version.partition("/")[0]
    return served.resource.plural not in UNSEEN and not group.endswith(_UNSEEN_GROUP)


def facts_of(listed: Mapping[Served, list[Object]]) -> dict[str, list[str]]:
    """Each object's facts, by `name-of-resource namespace/name`; generated pods only as counts by their owner."""
    found: dict[str, list[str]] = {}
    for served, items in listed.items():
        for item in items:
            if not _is_generated(served.resource.plural, item):
                found[f"{served.name} {_full_name(item)}"] = [EXISTS, *_facts(served.resource.plural, item)]
    by_plural = {served.resource.plural: items for served, items in listed.items()}
    return found | _pods_by_owner(by_plural.get("pods", []), by_plural.get("replicasets", []))


def addresses_of(listed: Mapping[Served, list[Object]]) -> dict[str, str]:
    """The nodes' names by their addresses inside the cluster."""
    nodes = (item for served, items in listed.items() if served.resource.plural == "nodes" for item in items)
    return {
        each["address"]: node["metadata"]["name"]
        for node in nodes
        for each in node.get("status", {}).get("addresses") or []
        if each["type"] == "InternalIP"
    }


def _facts(plural: str, item: Object) -> list[str]:
    if plural == "nodes":
        return sorted(_of_node(item))
    content = {key: value for key, value in item.items() if key not in ("apiVersion", "kind", "metadata", "status")}
    meta = item["metadata"]
    annotations = _kept(meta.get("annotations"))
    if plural == "secrets":
        salt = _full_name(item)
        content["data"] = {
            key: f"sha256 {digest(value, salt + key)}" for key, value in (item.get("data") or {}).items()
        }
        annotations = {key: f"sha256 {digest(value, salt + key)}" for key, value in annotations.items()}
    elif plural == "configmaps":  # signatures of the bootstrap tokens, which end with them
        content["data"] = {k: v for k, v in (item.get("data") or {}).items() if not k.startswith("jws-kubeconfig-")}
    elif plural == "pods":
        content["spec"] = {key: value for key, value in item["spec"].items() if key != "nodeName"}
    about = {
        "label": meta.get("labels"),
        "annotation": annotations,
        "finalizers": meta.get("finalizers"),
        "owners": sorted(f"{owner['kind']} {owner['name']}" for owner in meta.get("ownerReferences") or []),
        "deleted": "asked for, not done" if "deletionTimestamp" in meta else None,
    }
    everything = {key: value for key, value in {**about, **content}.items() if value}
    return list(lines("", _steady(everything))) if everything else []


def _of_node(item: Object) -> Iterator[str]:
    meta, spec = item["metadata"], item.get("spec", {})
    if spec.get("unschedulable"):
        yield "cordoned"
    for taint in spec.get("taints") or []:
        yield f"taint {taint['key']}={taint.get('value', '')}:{taint['effect']}"
    for key, value in (meta.get("labels") or {}).items():
        yield f"label {key}={value}"
    for key, value in _kept(meta.get("annotations")).items():
        yield f"annotation {key}={shown(value)}"
    for condition in item.get("status", {}).get("conditions") or []:
        yield f"condition {condition['type']}={condition['status']}"
    for finalizer in meta.get("finalizers") or []:
        yield f"finalizer {finalizer}"
    for key in ("podCIDRs", "providerID"):
        if spec.get(key):
            yield f"{key} {shown(spec[key])}"


def _pods_by_owner(pods: list[Object], replicasets: list[Object]) -> dict[str, list[str]]:
    deployment_of = {_full_name(each): _owner(each) for each in replicasets}
    counts: dict[str, int] = {}
    static: dict[str, list[str]] = {}
    for pod in pods:
        owner = _owner(pod)
        if owner is None or owner["kind"] == "Job" or _is_over(pod):
            continue
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        if owner["kind"] == "ReplicaSet":  # a roll-out and its undo leave the count, not always the ReplicaSet's name
            owner = deployment_of.get(f"{namespace}/{owner['name']}") or owner
        if owner["kind"] == "Node":
            static.setdefault(f"static pods of {owner['name']}", []).append(f"{namespace}/{name}")
        else:
            of = f"pods of {owner['kind']} {namespace}/{owner['name']}"
            counts[of] = counts.get(of, 0) + 1
    return {of: [f"{count} pod{'s' * (count != 1)}"] for of, count in counts.items()} | static


def _is_generated(plural: str, item: Object) -> bool:
    """What a controller makes anew at will, or what ends by itself."""
    owner = _owner(item)
    if plural == "pods":
        return owner is not None
    if plural == "replicasets":
        return owner is not None and not item["spec"].get("replicas")
    if plural == "jobs":
        return owner is not None
    return plural == "secrets" and item.get("type") == "bootstrap.kubernetes.io/token"


def _is_over(pod: Object) -> bool:
    return "deletionTimestamp" in pod["metadata"] or pod.get("status", {}).get("phase") in _ENDED


def _owner(item: Object) -> Object | None:
    return next((owner for owner in item["metadata"].get("ownerReferences") or [] if owner.get("controller")), None)


def _full_name(item: Object) -> str:
    meta = item["metadata"]
    return f"{meta['namespace']}/{meta['name']}" if meta.get("namespace") else str(meta["name"])


def _kept(annotations: dict[str, str] | None) -> dict[str, str]:
    return {key: value for key, value in (annotations or {}).items() if not key.startswith(_VOLATILE_ANNOTATIONS)}


def _flag(word: Any, safe: Any) -> Any:
    return word if word == safe else f"sha256 {digest(str(word))}"


def _steady(value: Any, key: str = "") -> Any:
    """Without what is new whenever an object is made again: uids, times, random names; values of env as digests."""
    if isinstance(value, list) and key in ("command", "args"):
        return [_flag(each, safe) for each, safe in zip(value, redact(value), strict=True)]
    if isinstance(value, list):
        return [_steady(each, key) for each in value]
    if isinstance(value, str):
        return _RANDOM_MOUNT if value.startswith(_RANDOM_MOUNT) else value
    if not isinstance(value, dict):
        return value
    reference = {"uid", "resourceVersion"} if "kind" in value and "name" in value else set()
    left = {
        name: _steady(held, name)
        for name, held in value.items()
        if name not in reference and name != "creationTimestamp" and not name.endswith("controller-uid")
    }
    if key == "env" and isinstance(left.get("value"), str):
        left["value"] = f"sha256 {digest(left['value'], str(left.get('name')))}"  # passwords are often given so
    return left
