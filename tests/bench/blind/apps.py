"""Draws the applications that cases break and bystanders that stay whole. Knows no fault and asks no cluster."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

AGNHOST = "registry.k8s.io/e2e-test-images/agnhost:2.63.0"
BUSYBOX = "docker.io/library/busybox:1.35.0"
WORDS = (
    "catalog", "checkout", "invoice", "search", "gateway", "mailer", "stock", "basket", "pricing", "orders", "reviews",
    "media", "session", "profile", "tracker", "ledger", "quotes", "fleet", "tickets", "booking", "payroll", "archive",
)  # fmt: skip
TEAMS = ("north", "south", "alpha", "delta", "apollo", "hermes", "team", "core", "edge", "data", "ops")
LABELS = ("app", "app.kubernetes.io/name", "k8s-app", "component")
Object = dict[str, Any]


class App(NamedTuple):
    """An application: its workload as it should be, what belongs to it, and what a case must know to break it.

    `plural` is the workload's resource. `container` is the name of the container that serves.
    """

    name: str
    plural: str
    label: str
    container: str
    workload: Object
    others: list[Object]

    @property
    def labels(self) -> dict[str, str]:
        """What its Service selects and its pods carry."""
        return {self.label: self.name}

    @property
    def selector(self) -> str:
        """The same as a label selector."""
        return f"{self.label}={self.name}"


def word(draw: random.Random, taken: set[str]) -> str:
    """A name that nothing in the namespace has."""
    name = draw.choice([each for each in WORDS if each not in taken])
    taken.add(name)
    return name if draw.random() < 0.6 else f"{name}-{draw.choice(['api', 'svc', 'web', 'v2'])}"


def namespace_name(draw: random.Random) -> str:
    """A name that says nothing."""
    return f"{draw.choice(TEAMS)}-{draw.choice(WORDS)}-{draw.randrange(10_000):04d}"


def web(draw: random.Random, taken: set[str], *, plural: str = "", replicas: int = 0, strict: bool = False) -> App:
    """A service over HTTP: Deployment or StatefulSet (drawn unless said), probed, behind a Service.

    A `strict` one knows the paths that it has: the others answer any.
    """
    name, label = word(draw, taken), draw.choice(LABELS)
    plural = plural or draw.choices(["deployments", "statefulsets"], [3, 1])[0]
    container, port = draw.choice([name, "app", "server", "main"]), draw.choice([8080, 8000, 3000, 9376])
    named = draw.random() < 0.5
    probe = {"httpGet": {"path": "/healthz", "port": "http" if named else port}}
    spec: Object = {
        "name": container,
        **(_files(port) if strict or draw.random() < 0.5 else _any_path(port)),
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"containerPort": port, **({"name": "http"} if named else {})}],
        "resources": {
            "requests": {"cpu": draw.choice(["5m", "10m", "20m"]), "memory": "16Mi"},
            "limits": {"memory": draw.choice(["64Mi", "96Mi", "128Mi"])},
        },
        "readinessProbe": {**probe, "periodSeconds": draw.choice([1, 2, 3])},
    }
    if draw.random() < 0.6:
        spec["livenessProbe"] = {**probe, "periodSeconds": draw.choice([2, 3, 5]), "failureThreshold": 3}
    containers = [spec]
    if draw.random() < 0.3:
        containers.insert(draw.randrange(2), _sidecar(draw))
    count = replicas or draw.choice([1, 1, 2, 3])
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {label: name}, "ports": [{"port": 80, "targetPort": "http" if named else port}]},
    }
    workload = _workload(plural, name, {label: name}, count, containers)
    if plural == "deployments":
        workload["spec"]["strategy"] = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": draw.choice([0, 1])}}
    others: list[Object] = [service]
    if draw.random() < 0.4:
        others.append(_settings(name, draw))
    return App(name, plural, label, container, workload, others)


def store(draw: random.Random, taken: set[str]) -> App:
    """A StatefulSet of one pod that keeps what it made on a volume, and is ready while it finds and can write it."""
    name, label = word(draw, taken), draw.choice(LABELS)
    path, file = draw.choice(["/data", "/var/lib/store", "/srv"]), draw.choice(["ledger", "index.db", "state"])
    begin = f"[ -e {path}/{file} ] || hostname > {path}/{file}"
    check = (
        f"cat {path}/{file} >/dev/null || exit 1; "
        f"dd if=/dev/zero of={path}/ready.$$ bs=4096 count=2 conv=fsync; "
        f"code=$?; rm -f {path}/ready.$$; exit $code"
    )
    loop = f"while :; do date >> {path}/log || echo 'write failed' >&2; sleep 1 & wait; done"
    container: Object = {
        "name": draw.choice([name, "db", "main"]),
        "image": BUSYBOX,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sh", "-c", f'{begin}; trap "exit 0" TERM; {loop}'],
        "resources": {"requests": {"cpu": "5m", "memory": "8Mi"}, "limits": {"memory": "64Mi"}},
        "readinessProbe": {
            "exec": {"command": ["sh", "-c", check]},
            "periodSeconds": draw.choice([1, 2]),
            "timeoutSeconds": draw.choice([2, 3]),
            "failureThreshold": 2,
        },
        "volumeMounts": [{"name": "data", "mountPath": path}],
    }
    workload = _workload("statefulsets", name, {label: name}, 1, [container])
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": draw.choice(["16Mi", "32Mi"])}}}
    workload["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": claim}]
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"clusterIP": "None", "selector": {label: name}, "ports": [{"port": 80}]},
    }
    return App(name, "statefulsets", label, container["name"], workload, [service])


def front(draw: random.Random, taken: set[str], backend: str, *, by_name: bool) -> App:
    """A Deployment that is ready only while it reaches the Service of another, by name or by address."""
    name, label = word(draw, taken), draw.choice(LABELS)
    variable = f"{backend.upper().replace('-', '_')}_SERVICE_HOST"
    target = backend if by_name else f'"${variable}"'
    container: Object = {
        "name": draw.choice([name, "front", "main"]),
        "image": AGNHOST,
        "imagePullPolicy": "IfNotPresent",
        "command": ["/agnhost", "pause"],
        "resources": {"requests": {"cpu": "5m", "memory": "16Mi"}, "limits": {"memory": "64Mi"}},
        "readinessProbe": {
            "exec": {"command": ["sh", "-c", f"/agnhost connect {target}:80 --timeout=2s"]},
            "periodSeconds": draw.choice([2, 3]),
            "timeoutSeconds": 4,
            "failureThreshold": 2,
        },
    }
    workload = _workload("deployments", name, {label: name}, draw.choice([1, 2]), [container])
    return App(name, "deployments", label, container["name"], workload, [])


def _any_path(port: int) -> Object:
    return {"image": AGNHOST, "command": ["/agnhost", "netexec", f"--http-port={port}"]}


def _files(port: int) -> Object:
    text = f"mkdir -p /tmp/www; echo ok > /tmp/www/healthz; exec httpd -f -p {port} -h /tmp/www"
    return {"image": BUSYBOX, "command": ["sh", "-c", text]}


def _workload(plural: str, name: str, labels: dict[str, str], replicas: int, containers: list[Object]) -> Object:
    kind = {"deployments": "Deployment", "statefulsets": "StatefulSet"}[plural]
    spec: Object = {
        "replicas": replicas,
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"terminationGracePeriodSeconds": 1, "containers": containers},
        },
    }
    if plural == "statefulsets":
        spec |= {"serviceName": name, "podManagementPolicy": "Parallel"}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def _sidecar(draw: random.Random) -> Object:
    return {
        "name": draw.choice(["proxy", "agent", "logs"]),
        "image": AGNHOST,
        "imagePullPolicy": "IfNotPresent",
        "command": ["/agnhost", "pause"],
        "resources": {"requests": {"cpu": "1m", "memory": "8Mi"}, "limits": {"memory": "64Mi"}},
    }


def _settings(name: str, draw: random.Random) -> Object:
    data = {"LOG_LEVEL": draw.choice(["info", "debug"]), "REGION": draw.choice(["eu", "us"])}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"{name}-settings"}, "data": data}
