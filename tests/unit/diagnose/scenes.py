"""Scenes built from plain Kubernetes documents, decoded as a live cluster's would be."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from harness.model.patch import merge
from harness.model.scene import FULL_TYPES, Log, Look, Scene

NOW = datetime.datetime(2026, 3, 5, 12, 0, 0, tzinfo=datetime.UTC).timestamp()
NAMESPACE = "shop"
Document = dict[str, Any]

KINDS = {
    "Pod": "pods",
    "Deployment": "deployments",
    "ReplicaSet": "replicasets",
    "StatefulSet": "statefulsets",
    "DaemonSet": "daemonsets",
    "Job": "jobs",
    "Service": "services",
    "EndpointSlice": "endpointslices",
    "NetworkPolicy": "networkpolicies",
    "ConfigMap": "configmaps",
    "Secret": "secrets",
    "ServiceAccount": "serviceaccounts",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "PersistentVolume": "persistentvolumes",
    "StorageClass": "storageclasses",
    "VolumeAttachment": "volumeattachments",
    "ResourceQuota": "resourcequotas",
    "LimitRange": "limitranges",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "HorizontalPodAutoscaler": "horizontalpodautoscalers",
    "Node": "nodes",
    "Lease": "leases",
    "PriorityClass": "priorityclasses",
    "Namespace": "namespaces",
    "ValidatingWebhookConfiguration": "validatingwebhookconfigurations",
    "MutatingWebhookConfiguration": "mutatingwebhookconfigurations",
    "Event": "events",
}
CLUSTER_WIDE = {"PersistentVolume", "StorageClass", "VolumeAttachment", "Node", "PriorityClass", "Namespace"}


def scene(
    *documents: Document | list[Document],
    logs: list[Log] | None = None,
    looks: list[Look] | None = None,
    unread: tuple[str, ...] = (),
) -> Scene:
    """A scene of these documents and the default account at NOW; all was read but the resources `unread`."""
    account = {"kind": "ServiceAccount", "metadata": _meta("default", "uid-default")}
    flat = [each for entry in (*documents, account) for each in (entry if isinstance(entry, list) else [entry])]
    objects: dict[str, list[Any]] = {resource: [] for resource in FULL_TYPES if resource not in unread}
    around: dict[str, list[Any]] = {}
    for document in flat:
        resource = KINDS[document["kind"]]
        theirs = document["metadata"].get("namespace", NAMESPACE) != NAMESPACE and document["kind"] not in CLUSTER_WIDE
        if resource in unread:
            continue
        place = around if theirs else objects
        place.setdefault(resource, []).append(_decoded(document, resource))
    return Scene(namespace=NAMESPACE, at=NOW, objects=objects, around=around, logs=logs or [], looks=looks or [])


def ago(seconds: float) -> str:
    """A time stamp of Kubernetes this long before the reading."""
    moment = datetime.datetime.fromtimestamp(NOW - seconds, tz=datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def node(name: str = "worker", **changes: Any) -> Document:
    """A Ready node with room."""
    document = {
        "kind": "Node",
        "metadata": {
            "name": name,
            "uid": f"uid-{name}",
            "labels": {"kubernetes.io/hostname": name},
            "creationTimestamp": ago(9000),
        },
        "spec": {},
        "status": {
            "capacity": {"cpu": "4", "memory": "8Gi", "pods": "110"},
            "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
        },
    }
    return changed(document, changes)


def container(name: str = "main", **changes: Any) -> Document:
    """A container of a pod's spec that listens on port 8080."""
    document = {
        "name": name,
        "image": "registry.example/web:1",
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "resources": {},
    }
    return changed(document, changes)


def pod(
    name: str, *, status: Document | None = None, containers: list[Document] | None = None, **spec: Any
) -> Document:
    """A pod of workload `web` that runs and is Ready on node `worker`; `status` is merged over that."""
    told = containers or [container()]
    return {
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "uid": f"uid-{name}",
            "labels": {"app": "web"},
            "creationTimestamp": ago(3600),
        },
        "spec": {"nodeName": "worker", "containers": told, "serviceAccountName": "default", **spec},
        "status": {
            "phase": "Running",
            "podIP": "10.244.1.7",
            "startTime": ago(3600),
            "conditions": [ready()],
            "containerStatuses": [running(each["name"]) for each in told],
            **(status or {}),
        },
    }


def ready(status: bool = True, since_seconds: float = 3500) -> Document:
    """The Ready condition."""
    return {"type": "Ready", "status": str(status), "lastTransitionTime": ago(since_seconds)}


def unready(*statuses: Document, since_seconds: float = 300) -> Document:
    """The status of a pod that is not ready, with these container statuses."""
    condition = {**ready(False, since_seconds), "reason": "ContainersNotReady"}
    return {"conditions": [condition], "containerStatuses": list(statuses)}


def running(name: str = "main", *, since_seconds: float = 3590, **changes: Any) -> Document:
    """The status of a container that runs."""
    state = {"running": {"startedAt": ago(since_seconds)}}
    return changed(
        {"name": name, "ready": True, "started": True, "restartCount": 0, "state": state, "lastState": {}}, changes
    )


def waiting(reason: str, message: str = "", name: str = "main", **changes: Any) -> Document:
    """The status of a container that waits."""
    state = {"waiting": {"reason": reason, "message": message}}
    return changed(
        {"name": name, "ready": False, "started": False, "restartCount": 0, "state": state, "lastState": {}}, changes
    )


def ended(exit_code: int, *, reason: str = "Error", lived: float = 5, ago_seconds: float = 20, **more: Any) -> Document:
    """A container state `terminated`, for `state` or `lastState`."""
    started, finished = ago(ago_seconds + lived), ago(ago_seconds)
    told = {"exitCode": exit_code, "reason": reason, "startedAt": started, "finishedAt": finished, **more}
    return {"terminated": told}


def crashing(exit_code: int = 1, *, restarts: int = 4, name: str = "main", **end: Any) -> Document:
    """The status of a container in a crash loop."""
    message = f"back-off 40s restarting failed container={name}"
    return waiting("CrashLoopBackOff", message, name, restartCount=restarts, lastState=ended(exit_code, **end))


def deployment(
    *pods: Document, name: str = "web", replicas: int | None = None, spec: Document | None = None, **changes: Any
) -> list[Document]:
    """A Deployment with its one ReplicaSet and these pods, which become its own; its status counts them."""
    wanted = len(pods) if replicas is None else replicas
    active = [each for each in pods if "deletionTimestamp" not in each["metadata"]]
    good = sum(_is_ready(each) for each in active)
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": pods[0]["spec"] if pods else {"containers": [container()]},
    }
    shared = {"replicas": wanted, "selector": {"matchLabels": {"app": name}}, "template": template}
    counts = {"replicas": len(active), "readyReplicas": good, "availableReplicas": good, "observedGeneration": 1}
    top = _meta(name, f"uid-{name}") | {"generation": 1}
    document = {
        "kind": "Deployment",
        "metadata": top,
        "spec": {**shared, **(spec or {})},
        "status": {**counts, "updatedReplicas": len(active)},
    }
    owner = {"kind": "Deployment", "name": name, "uid": f"uid-{name}", "controller": True}
    below = _meta(f"{name}-6f9", f"uid-{name}-6f9") | {"ownerReferences": [owner]}
    replica_set = {"kind": "ReplicaSet", "metadata": below, "spec": shared, "status": counts}
    return [changed(document, changes), replica_set, *(owned(each, replica_set) for each in pods)]


def statefulset(*pods: Document, name: str = "db", replicas: int | None = None, **changes: Any) -> list[Document]:
    """A StatefulSet with these pods, which become its own."""
    wanted = len(pods) if replicas is None else replicas
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": pods[0]["spec"] if pods else {"containers": [container()]},
    }
    good = sum(_is_ready(each) for each in pods)
    document = {
        "kind": "StatefulSet",
        "metadata": _meta(name, f"uid-{name}") | {"generation": 1},
        "spec": {
            "replicas": wanted,
            "selector": {"matchLabels": {"app": name}},
            "template": template,
            "serviceName": name,
        },
        "status": {"replicas": len(pods), "readyReplicas": good, "availableReplicas": good, "observedGeneration": 1},
    }
    return [changed(document, changes), *(owned(each, document) for each in pods)]


def owned(document: Document, owner: Document) -> Document:
    """The document, controlled by the owner."""
    meta = owner["metadata"]
    reference = {"kind": owner["kind"], "name": meta["name"], "uid": meta["uid"], "controller": True}
    return changed(document, {"metadata": {"ownerReferences": [reference]}})


def service(name: str = "web", *, selector: Document | None = None, ports: list[Document] | None = None) -> Document:
    """A Service for `app: NAME` on port 80, which is 8080 of the pods."""
    spec = {
        "clusterIP": "10.96.0.9",
        "selector": {"app": name} if selector is None else selector,
        "ports": ports or [{"port": 80, "targetPort": 8080, "protocol": "TCP"}],
    }
    return {"kind": "Service", "metadata": _meta(name, f"uid-service-{name}"), "spec": spec}


def endpoints(of: str, *pods: Document) -> Document:
    """The EndpointSlice of a Service with these pods."""
    found = [
        {
            "addresses": ["10.244.1.7"],
            "conditions": {"ready": _is_ready(each), "serving": _is_ready(each), "terminating": False},
            "targetRef": {"kind": "Pod", "name": each["metadata"]["name"], "uid": each["metadata"]["uid"]},
        }
        for each in pods
    ]
    meta = _meta(f"{of}-x7", f"uid-slice-{of}") | {"labels": {"kubernetes.io/service-name": of}}
    return {"kind": "EndpointSlice", "metadata": meta, "endpoints": found, "ports": [{"port": 8080}]}


def event(about: Document, reason: str, message: str, *, ago_seconds: float = 10, **changes: Any) -> Document:
    """An Event about an object, last reported this long ago."""
    meta = about["metadata"]
    document = {
        "kind": "Event",
        "metadata": _meta(f"{meta['name']}.{reason.lower()}", ""),
        "involvedObject": {"kind": about["kind"], "name": meta["name"], "uid": meta["uid"], "namespace": NAMESPACE},
        "reason": reason,
        "message": message,
        "type": "Warning",
        "count": 3,
        "firstTimestamp": ago(ago_seconds + 60),
        "lastTimestamp": ago(ago_seconds),
    }
    return changed(document, changes)


def keys(kind: str, name: str, *names: str) -> Document:
    """A ConfigMap or Secret with these keys."""
    return {"kind": kind, "metadata": _meta(name, f"uid-{name}"), "keys": list(names)}


def log(pod: str, *lines: str, container: str = "main", previous: bool = False) -> Log:
    """The end of a container's log."""
    return Log(namespace=NAMESPACE, pod=pod, container=container, previous=previous, lines=list(lines))


def changed(document: Document, changes: Document) -> Document:
    """A copy with a merge patch applied."""
    merged: Document = merge(document, changes)
    return merged


def _meta(name: str, uid: str) -> Document:
    return {"name": name, "namespace": NAMESPACE, "uid": uid, "creationTimestamp": ago(7200)}


def _is_ready(pod: Document) -> bool:
    return any(each["type"] == "Ready" and each["status"] == "True" for each in pod["status"]["conditions"])


def _decoded(document: Document, resource: str) -> Any:
    return msgspec.convert(document, FULL_TYPES[resource])
