"""Workloads with one weakness each, by the check that must find it, and one workload that has none."""

from __future__ import annotations

from typing import Any

from harness.model.patch import merge

DIGEST = "sha256:" + "a" * 64
LABELS = {"app": "web"}
SECURITY = {
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "runAsUser": 10001,
    "capabilities": {"drop": ["ALL"]},
}
CONTAINER: dict[str, Any] = {
    "name": "web",
    "image": f"registry.example/web:1.2@{DIGEST}",
    "ports": [{"containerPort": 8080}],
    "readinessProbe": {"httpGet": {"port": 8080, "path": "/ready"}},
    "livenessProbe": {"httpGet": {"port": 8080, "path": "/alive"}},
    "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
    "securityContext": SECURITY,
}
SPREAD = {
    "maxSkew": 1,
    "topologyKey": "kubernetes.io/hostname",
    "whenUnsatisfiable": "ScheduleAnyway",
    "labelSelector": {"matchLabels": LABELS},
}
POD: dict[str, Any] = {
    "automountServiceAccountToken": False,
    "containers": [CONTAINER],
    "topologySpreadConstraints": [SPREAD],
}


def _of(kind: str, version: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "web"}, "spec": spec}


TEMPLATE = {"metadata": {"labels": LABELS}, "spec": POD}
DEPLOYMENT = _of("Deployment", "apps/v1", {"replicas": 2, "selector": {"matchLabels": LABELS}, "template": TEMPLATE})
BUDGET = _of("PodDisruptionBudget", "policy/v1", {"maxUnavailable": 1, "selector": {"matchLabels": LABELS}})
POLICY = _of("NetworkPolicy", "networking.k8s.io/v1", {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": []})
NAMESPACE = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "web", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
}
SOUND = [NAMESPACE, DEPLOYMENT, BUDGET, POLICY]
"""A workload in which no check finds anything."""


def _pod(**fields: Any) -> list[dict[str, Any]]:
    """The sound workload with other fields of the pods' spec."""
    return [NAMESPACE, merge(DEPLOYMENT, {"spec": {"template": {"spec": fields}}}), BUDGET, POLICY]


def _container(**fields: Any) -> list[dict[str, Any]]:
    """The sound workload with other fields of its container."""
    return _pod(containers=[{"name": "web", **fields}])


_SAME = {"httpGet": {"port": 8080, "path": "/ready"}}
_STATEFUL = _of("StatefulSet", "apps/v1", {**DEPLOYMENT["spec"], "serviceName": "web"})
_BLOCKING = merge(BUDGET, {"spec": {"maxUnavailable": None, "minAvailable": 2}})
_VOLATILE = {"spec": {"template": {"spec": {"volumes": [{"name": "data", "emptyDir": {}}]}}}}
_BARE = _of("Pod", "v1", POD)

WEAK: dict[str, list[dict[str, Any]]] = {
    "resources": _container(resources={"requests": {"cpu": None, "memory": "64Mi"}, "limits": None}),
    "disruption-budget": [NAMESPACE, DEPLOYMENT, POLICY],
    "budget-blocks": [NAMESPACE, DEPLOYMENT, _BLOCKING, POLICY],
    "one-replica": [NAMESPACE, merge(DEPLOYMENT, {"spec": {"replicas": 1}}), BUDGET, POLICY],
    "image-tag": _container(image="registry.example/web:latest"),
    "privileged": _container(securityContext={"privileged": True, "allowPrivilegeEscalation": None}),
    "privilege-escalation": _container(securityContext={"allowPrivilegeEscalation": True}),
    "runs-as-root": _container(securityContext={"runAsNonRoot": None, "runAsUser": 0}),
    "capabilities": _container(securityContext={"capabilities": {"drop": ["NET_RAW"]}}),
    "host-path": _pod(volumes=[{"name": "node", "hostPath": {"path": "/var/lib/kubelet"}}]),
    "host-namespaces": _pod(hostPID=True),
    "readiness-probe": _container(readinessProbe=None),
    "liveness-probe": _container(livenessProbe=None),
    "same-probes": _container(livenessProbe=_SAME),
    "network-policy": [NAMESPACE, DEPLOYMENT, BUDGET],
    "service-account-token": _pod(automountServiceAccountToken=None),
    "secret-in-env": _container(envFrom=[{"secretRef": {"name": "content"}}]),
    "credential-in-env": _container(env=[{"name": "DB_PASSWORD", "value": "a-word-that-is-nowhere-else"}]),
    "spread": _pod(topologySpreadConstraints=None),
    "node-name": _pod(nodeName="node-1"),
    "empty-dir": [NAMESPACE, merge(_STATEFUL, _VOLATILE), BUDGET, POLICY],
    "grace-period": _container(lifecycle={"preStop": {"exec": {"command": ["sh", "-c", "sleep 40"]}}}),
    "pod-security": [merge(NAMESPACE, {"metadata": {"labels": None}}), DEPLOYMENT, BUDGET, POLICY],
    "bare-pod": [NAMESPACE, _BARE, POLICY],
}
"""By check, objects in which that one weakness is planted."""

LASTING = {"image-tag", "empty-dir", "bare-pod", "secret-in-env"}
"""Weaknesses that no patch alone cures: another image, another object, or another program is needed."""
