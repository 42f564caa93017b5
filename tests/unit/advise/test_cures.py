"""Promise: where a cause lies in an object, the advised patch of that object takes the cause away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from diagnose.scenes import (
    NAMESPACE,
    Document,
    ago,
    container,
    crashing,
    keys,
    node,
    pod,
    running,
    service,
    statefulset,
    unready,
)
from diagnose.surroundings import claim, governing, storage_class

from advise.toy_cluster import WELL, Life, Program, declare, patched, stand
from harness.advise.adviser import advise
from harness.diagnose.amounts import amount
from harness.diagnose.diagnoser import diagnose
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named
from harness.model.scene import Look

GOOD = {"httpGet": {"path": "/healthz", "port": 8080}}
REFUSED = "dial tcp 10.244.1.7:{port}: connect: connection refused"
Looks = Callable[[list[Document]], list[Look]]


class Case(NamedTuple):
    """What is declared, how its program does, and which cause that must be."""

    cause: str
    declared: list[Document]
    program: Program = lambda _spec: WELL
    looks: Looks = lambda _declared: []


def test_the_patch_takes_the_cause_away(case: Case) -> None:
    """Every patched advice but those for the next time; each on its own, from the same start."""
    before = told(case, case.declared)
    assert before[0].cause == case.cause, [each.cause for each in before]
    changing = [each for each in before[0].advice if each.patches and each.severity is not Severity.LOW]
    assert changing
    for each in changing:
        after = told(case, changed_by(each, case.declared))
        assert case.cause not in [cause.cause for cause in after], each.text


def told(case: Case, declared: list[Document]) -> list[Named]:
    """The causes with their advice."""
    scene = stand(declared, case.program, case.looks(declared))
    return advise(diagnose(scene), scene).causes


def changed_by(advice: Advice, declared: list[Document]) -> list[Document]:
    """The objects with every patch of an advice applied."""
    for patch in advice.patches:
        declared = patched(declared, patch)
    return declared


def listening(spec: Document) -> Life:
    """A program that serves /healthz at port 8080 in plain HTTP and brings no command but /bin/check."""
    main = spec["containers"][0]
    for which in ("startup", "liveness", "readiness"):
        said = _answer(main.get(f"{which}Probe"))
        if said:
            status = {**running(), "ready": False} if which != "liveness" else crashing(137)
            ended = (("Killing", "Container main failed liveness probe, will be restarted"),)
            unhealthy = ("Unhealthy", f"{which.capitalize()} probe failed: {said}")
            return Life(unready(status), (unhealthy, *(ended if which == "liveness" else ())))
    return WELL


def _answer(probe: Document | None) -> str:
    if probe is None:
        return ""
    if "exec" in probe:
        command = probe["exec"]["command"]
        missing = f'OCI runtime exec failed: exec: "{command[0]}": no such file or directory'
        return "" if command[0] == "/bin/check" else missing
    way = probe.get("httpGet") or probe["tcpSocket"]
    if way["port"] not in (8080, "http"):
        return REFUSED.format(port=way["port"])
    if way.get("scheme", "HTTP") == "HTTPS":
        return 'Get "https://10.244.1.7:8080/": http: server gave HTTP response to HTTPS client'
    known = "tcpSocket" in probe or way.get("path", "/") == "/healthz"
    return "" if known else "HTTP probe failed with statuscode: 404"


def starting(spec: Document) -> Life:
    """A program that needs 60 s before it listens."""
    main = spec["containers"][0]
    startup = main.get("startupProbe", {})
    allowed = startup.get("periodSeconds", 0) * startup.get("failureThreshold", 0)
    if allowed >= 60:
        return WELL
    events = (
        ("Unhealthy", f"Liveness probe failed: {REFUSED.format(port=8080)}"),
        ("Killing", "Container main failed liveness probe, will be restarted"),
    )
    return Life(unready(crashing(137, lived=8)), events)


def needing_memory(spec: Document) -> Life:
    """A program that needs 100 MiB."""
    limit = amount(spec["containers"][0]["resources"]["limits"]["memory"])
    return WELL if limit >= 100 * 1024**2 else Life(unready(crashing(137, reason="OOMKilled")))


def needing_cpu(declared: list[Document]) -> list[Look]:
    """A program that wants half a processor: throttled below that, and late then."""
    limit = amount(declared[0]["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"])
    share = "0.9" if limit < 0.5 else "0.01"
    facts = {"periods": "600", "throttled": "0", "share": share}
    uses = {"cpu": str(min(limit, 0.5)), "memory": "1000"}
    return [
        Look(kind="throttling", about="pod/web-0/main", facts=facts, source="cpu.stat"),
        Look(kind="usage", about="pod/web-0/main", facts=uses),
    ]


def scaler(maximum: int) -> Document:
    """An autoscaler that would have six pods."""
    limited = {"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas", "lastTransitionTime": ago(300)}
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": maximum}
    meta = {"name": "web", "namespace": NAMESPACE, "uid": "uid-hpa", "creationTimestamp": ago(3600)}
    status = {"conditions": [limited], "currentReplicas": 4}
    return {"kind": "HorizontalPodAutoscaler", "metadata": meta, "spec": spec, "status": status}


def other(kind: str, name: str, **parts: Any) -> Document:
    """An object of another kind."""
    return {"kind": kind, "metadata": {"name": name, "namespace": NAMESPACE, "uid": f"uid-{name}"}, **parts}


def probing(which: str, probe: Document, **others: Document) -> list[Document]:
    """A workload with such a probe."""
    return [declare(container(**{f"{which}Probe": probe}, **others)), node()]


def asking(**requests: str) -> Document:
    """A container that requests so much."""
    return container(resources={"requests": requests})


def limited(**limits: str) -> Document:
    """A container with these limits."""
    return container(resources={"limits": limits})


WRONG = {
    "port": {"httpGet": {"path": "/healthz", "port": 9999}},
    "tcp": {"tcpSocket": {"port": 1}},
    "scheme": {"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTPS"}},
    "path": {"httpGet": {"path": "/nowhere", "port": 8080}},
    "command": {"exec": {"command": ["/no-such"]}},
}
TAINT = {"key": "dedicated", "value": "batch", "effect": "NoSchedule"}
APART = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "host"}]}}
ZONED = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["moon"]}]}]
        }
    }
}
SPACE = other("Namespace", NAMESPACE, status={})
SPACE["metadata"]["labels"] = {"kubernetes.io/metadata.name": NAMESPACE}
STRICT = {**SPACE, "metadata": {**SPACE["metadata"], "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
HOOK = other(
    "ValidatingWebhookConfiguration",
    "policy",
    webhooks=[
        {
            "name": "pods.policy.example",
            "failurePolicy": "Fail",
            "rules": [{"apiGroups": [""], "operations": ["CREATE"], "resources": ["pods"], "scope": "*"}],
            "clientConfig": {"service": {"namespace": "policies", "name": "policy", "port": 443}},
        }
    ],
)
SHUT = other("NetworkPolicy", "deny", spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})
WANTS = container(env=[{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "cfg", "key": "a"}}}])
APPLIED = {"kubectl.kubernetes.io/last-applied-configuration": '{"spec":{"replicas":3}}'}
SCALED = declare(container(), replicas=1)
SCALED["metadata"]["annotations"] = APPLIED
BUDGET = other("PodDisruptionBudget", "web", spec={"selector": {"matchLabels": {"app": "web"}}, "minAvailable": 1})
NO_CLASS = claim(storageClassName="fast")


CASES = {
    **{
        f"{which}-{name}": Case(f"{which}-probe-wrong", probing(which, probe), listening)
        for which in ("liveness", "readiness", "startup")
        for name, probe in WRONG.items()
    },
    "path-of-another-probe": Case(
        "readiness-probe-wrong", probing("readiness", WRONG["path"], livenessProbe=GOOD), listening
    ),
    "slow-start": Case("startup-too-slow", probing("liveness", {**GOOD, "failureThreshold": 1}), starting),
    "memory": Case("memory-limit", [declare(limited(memory="64Mi")), node()], needing_memory),
    "cpu": Case("cpu-throttled", [declare(limited(cpu="200m")), node()], looks=needing_cpu),
    "too-large-a-request": Case("insufficient-resources", [declare(asking(cpu="64")), node()]),
    "full-nodes": Case("insufficient-resources", [declare(asking(memory="6Gi"), replicas=2), node()]),
    "quota": Case(
        "quota-exhausted",
        [declare(container(), replicas=3), node(), other("ResourceQuota", "few", spec={"hard": {"pods": "2"}})],
    ),
    "quota-of-memory": Case(
        "quota-exhausted",
        [
            declare(container(resources={"limits": {"memory": "256Mi"}}), replicas=3),
            node(),
            other("ResourceQuota", "small", spec={"hard": {"limits.memory": "512Mi"}}),
        ],
    ),
    "quota-of-unstated": Case(
        "quota-exhausted",
        [declare(container()), node(), other("ResourceQuota", "small", spec={"hard": {"limits.memory": "4Gi"}})],
    ),
    "limit-range": Case(
        "limit-range-refused",
        [
            declare(limited(memory="256Mi")),
            node(),
            other("LimitRange", "range", spec={"limits": [{"type": "Container", "max": {"memory": "64Mi"}}]}),
        ],
    ),
    "selector-nowhere": Case("node-selector-unmatched", [declare(container(), nodeSelector={"disk": "fast"}), node()]),
    "selector-misspelt": Case(
        "node-selector-unmatched",
        [
            declare(container(), nodeSelector={"disk": "fats"}),
            node(metadata={"labels": {"disk": "fast", "kubernetes.io/hostname": "worker"}}),
        ],
    ),
    "node-affinity": Case("node-selector-unmatched", [declare(container(), affinity=ZONED), node()]),
    "anti-affinity": Case("node-selector-unmatched", [declare(container(), replicas=2, affinity=APART), node()]),
    "host-port": Case(
        "host-port-conflict",
        [
            declare(
                container(ports=[{"name": "http", "containerPort": 8080, "protocol": "TCP", "hostPort": 80}]),
                replicas=2,
            ),
            node(),
        ],
    ),
    "taint": Case("node-tainted", [declare(container()), node(spec={"taints": [TAINT]})]),
    "cordon": Case("node-cordoned", [declare(container()), node(spec={"unschedulable": True})]),
    "account": Case("service-account-missing", [declare(container(), serviceAccountName="robot"), node()]),
    "account-misspelt": Case(
        "service-account-missing",
        [declare(container(), serviceAccountName="robto"), node(), other("ServiceAccount", "robot")],
    ),
    "priority": Case("priority-class-missing", [declare(container(), priorityClassName="high"), node()]),
    "pod-security": Case("pod-security-refused", [declare(container()), node(), STRICT]),
    "webhook": Case("webhook-down", [declare(container()), node(), SPACE, HOOK]),
    "configmap": Case("config-missing", [declare(WANTS), node()]),
    "key-of-a-configmap": Case("config-missing", [declare(WANTS), node(), keys("ConfigMap", "cfg", "b")]),
    "configmap-of-running-pods": Case(
        "object-missing", [declare(container(envFrom=[{"configMapRef": {"name": "cfg"}}])), node()]
    ),
    "selector-of-a-service": Case(
        "service-selector-wrong", [declare(container()), node(), service("web", selector={"app": "wbe"})]
    ),
    "selector-with-a-label-too-many": Case(
        "service-selector-wrong", [declare(container()), node(), service("web", selector={"app": "web", "tier": "x"})]
    ),
    "port-of-a-service": Case(
        "service-port-wrong",
        [declare(container()), node(), service("web", ports=[{"port": 80, "targetPort": "https", "protocol": "TCP"}])],
    ),
    "service-of-a-statefulset": Case("object-missing", [*statefulset(pod("db-0")), node()]),
    "name-of-a-pod": Case("pod-name-taken", [*statefulset(pod("db-0"), replicas=2), pod("db-1"), node(), governing()]),
    "scaled-down": Case("scaled-down", [SCALED, node(), service("web")]),
    "paused": Case(
        "rollout-paused",
        [{**SCALED, "metadata": declare()["metadata"], "spec": {**SCALED["spec"], "paused": True}}, node()],
    ),
    "budget": Case(
        "disruption-budget-blocks",
        [declare(container(), nodeName="worker"), node(spec={"unschedulable": True}), node("other"), BUDGET],
    ),
    "autoscaler": Case("autoscaler-at-limit", [declare(container(), replicas=4), node(), scaler(4)]),
    "network-policy": Case("network-policy-denies", [declare(container()), node(), service("web"), SHUT]),
    "storage-class": Case(
        "claim-unbound",
        [
            declare(container(), volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]),
            node(),
            storage_class(),
            NO_CLASS,
        ],
    ),
    "no-default-class": Case(
        "claim-unbound",
        [
            declare(container(), volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]),
            node(),
            storage_class(default=False),
            claim(),
        ],
    ),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a case."""
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", CASES.values(), ids=CASES.keys())
