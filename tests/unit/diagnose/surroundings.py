"""What is around a namespace, as plain Kubernetes documents: nodes that fail, leases, storage, DNS, webhooks."""

from __future__ import annotations

from typing import Any

from diagnose.scenes import NAMESPACE, Document, ago, changed, node, pod, ready, service, unready
from harness.model.scene import Look

CONTROL_PLANE_TAINT = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}
UNREACHABLE = {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}


def control_plane() -> Document:
    """A node that takes no workloads."""
    return node("control-plane", spec={"taints": [CONTROL_PLANE_TAINT]})


def silent_node(name: str = "worker") -> Document:
    """A node whose kubelet is not heard of any more."""
    return failing_node(
        name, "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.", taints=[UNREACHABLE]
    )


def failing_node(
    name: str,
    status: str,
    reason: str,
    message: str,
    *,
    taints: list[Document] | None = None,
    condition: str = "Ready",
) -> Document:
    """A node with one condition that is not as it should be."""
    conditions = [{"type": "Ready", "status": "True", "reason": "KubeletReady"}]
    told = {"type": condition, "status": status, "reason": reason, "message": message, "lastTransitionTime": ago(60)}
    conditions = [each for each in conditions if each["type"] != condition]
    return node(name, spec={"taints": taints or []}, status={"conditions": [*conditions, told]})


def lost_pod(name: str, **changes: Any) -> Document:
    """A pod as the node controller leaves it when its node is not heard of."""
    status = unready({"name": "main", "ready": True, "state": {"running": {"startedAt": ago(3000)}}}, since_seconds=50)
    return changed(pod(name, status=status), changes)


def unschedulable(name: str, message: str, **spec: Any) -> Document:
    """A pod that the scheduler finds no node for."""
    refused = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": message,
        "lastTransitionTime": ago(60),
    }
    status = {"phase": "Pending", "conditions": [refused], "containerStatuses": [], "podIP": "", "startTime": None}
    return pod(name, status=status, **{"nodeName": "", **spec})


def lease(name: str, *, silent_seconds: float = 1, duration: int = 15, holder: str = "it", **meta: Any) -> Document:
    """A lease in kube-system, or elsewhere."""
    return {
        "kind": "Lease",
        "metadata": {"name": name, "namespace": "kube-system", **meta},
        "spec": {"holderIdentity": holder, "leaseDurationSeconds": duration, "renewTime": ago(silent_seconds)},
    }


def leases(**silent_seconds: float) -> list[Document]:
    """The leases of scheduler and controller manager, renewed a second ago unless said otherwise."""
    names = {"scheduler": "kube-scheduler", "controller_manager": "kube-controller-manager"}
    return [lease(name, silent_seconds=silent_seconds.get(key, 1)) for key, name in names.items()]


def claim(name: str = "data", *, phase: str = "Pending", age_seconds: float = 60, **spec: Any) -> Document:
    """A claim; `annotations` go to its metadata."""
    annotations = spec.pop("annotations", {})
    meta = {"name": name, "namespace": NAMESPACE, "uid": f"uid-{name}", "annotations": annotations}
    return {
        "kind": "PersistentVolumeClaim",
        "metadata": {**meta, "creationTimestamp": ago(age_seconds)},
        "spec": {"accessModes": ["ReadWriteOnce"], **spec},
        "status": {"phase": phase},
    }


def bound(name: str = "data") -> list[Document]:
    """A claim with its volume on node `worker`."""
    terms = [{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["worker"]}]}]
    volume = {
        "kind": "PersistentVolume",
        "metadata": {"name": f"pv-{name}"},
        "spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": terms}}},
        "status": {"phase": "Bound"},
    }
    return [claim(name, phase="Bound", storageClassName="standard", volumeName=f"pv-{name}"), volume]


def storage_class(name: str = "standard", *, default: bool = True, late: bool = True, **changes: Any) -> Document:
    """A class whose volumes an external provisioner makes."""
    document = {
        "kind": "StorageClass",
        "metadata": {
            "name": name,
            "annotations": {"storageclass.kubernetes.io/is-default-class": str(default).lower()},
        },
        "provisioner": "rancher.io/local-path",
        "volumeBindingMode": "WaitForFirstConsumer" if late else "Immediate",
    }
    return changed(document, changes)


def stored(name: str, *, claim_name: str = "data", status: Document | None = None, **changes: Any) -> Document:
    """A pod that mounts a claim at /data."""
    document = pod(
        name,
        status=status,
        containers=[{"name": "main", "image": "db:1", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
        volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": claim_name}}],
    )
    return changed(document, changes)


def unwell(name: str, **spec: Any) -> Document:
    """A pod that mounts a claim at /data, runs and is not ready."""
    state = {"running": {"startedAt": ago(3000)}}
    status = unready({"name": "main", "ready": False, "state": state})
    return stored(name, status=status, **spec)


def mount(pod_name: str, **facts: str) -> Look:
    """A look at the mount of a pod's volume `data`."""
    return Look(kind="mount", about=f"volume/{pod_name}/data", facts=facts)


def usage(pod_name: str, *, left: int, capacity: int = 1000, inodes: int = 100) -> Look:
    """How full a pod's volume `data` is."""
    facts = {"capacity-bytes": str(capacity), "available-bytes": str(left), "inodes-free": str(inodes)}
    return Look(kind="volume-usage", about=f"volume/{pod_name}/data", facts=facts)


def system_pod(name: str, *, is_ready: bool = True, on: str = "worker", **labels: str) -> Document:
    """A pod of kube-system."""
    told = {"namespace": "kube-system", "labels": {key.replace("_", "-"): value for key, value in labels.items()}}
    document = changed(pod(name, nodeName=on), {"metadata": {"labels": None}})
    return changed(document, {"metadata": told, "status": {"conditions": [ready(is_ready)]}})


def dns(*, ready_pods: int = 2, pods: int = 2) -> list[Document]:
    """The cluster's DNS: its Service, endpoints and pods."""
    found = [system_pod(f"coredns-{n}", is_ready=n < ready_pods, k8s_app="kube-dns") for n in range(pods)]
    service = {
        "kind": "Service",
        "metadata": {"name": "kube-dns", "namespace": "kube-system"},
        "spec": {"clusterIP": "10.96.0.10", "selector": {"k8s-app": "kube-dns"}},
    }
    endpoints = [{"addresses": ["10.244.0.2"], "conditions": {"ready": n < ready_pods}} for n in range(pods)]
    slice_ = {
        "kind": "EndpointSlice",
        "metadata": {
            "name": "kube-dns-x",
            "namespace": "kube-system",
            "labels": {"kubernetes.io/service-name": "kube-dns"},
        },
        "endpoints": endpoints,
    }
    return [service, slice_, *found]


def webhook(name: str = "policy", *, policy: str = "Fail", namespace: str = "policies", **changes: Any) -> Document:
    """A webhook that is asked about every new pod, by the Service `policy`."""
    hook = {
        "name": "pods.policy.example",
        "failurePolicy": policy,
        "rules": [{"apiGroups": [""], "operations": ["CREATE"], "resources": ["pods"], "scope": "*"}],
        "clientConfig": {"service": {"namespace": namespace, "name": "policy", "port": 443}},
    }
    return {
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [changed(hook, changes)],
    }


def governing(name: str = "db") -> Document:
    """The Service that a StatefulSet names, which selects the pods of these scenes."""
    return service(name, selector={"app": "web"})
