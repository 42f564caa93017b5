"""Cases in which the API server, a controller or the scheduler finds no way: no kubelet is needed to see them."""

from __future__ import annotations

import datetime

from harness.kube import actions
from tests.bench.blind.apps import BUSYBOX
from tests.bench.blind.case import Case, Deed, always, event, pending, unserved
from tests.bench.blind.stand import Stand

STUCK_SECONDS = 15
"""A pod that is deleted may be there for a moment, finalizer or not."""


def cases() -> list[Case]:
    """All of them."""
    quota, limits = event("exceeded quota"), event(reason="FailedCreate")
    return [
        Case("quota-exhausted", "pods", _quota_pods, quota, birth="live"),
        Case("quota-exhausted", "cpu", _quota_cpu, quota, birth="live"),
        Case("quota-exhausted", "limits-not-stated", _quota_limits, limits, held_out=True),
        Case("limit-range-refused", "max-memory", _range({"max": {"memory": "4Mi"}}), limits),
        Case("limit-range-refused", "min-cpu", _range({"min": {"cpu": "2"}}), limits),
        Case("limit-range-refused", "ratio", _range({"maxLimitRequestRatio": {"memory": "1"}}), limits, held_out=True),
        Case("webhook-down", "no-service", _webhook, limits, birth="live"),
        Case("webhook-down", "mutating-no-backend", _webhook_mutating, limits, birth="live", held_out=True),
        Case("insufficient-resources", "cpu", _asks("cpu", "400"), pending),
        Case("insufficient-resources", "memory", _asks("memory", "9Ti"), pending),
        Case("insufficient-resources", "extended", _asks("example.com/gpu", "1"), pending, held_out=True),
        Case("node-selector-unmatched", "label", _selector, pending),
        Case("node-selector-unmatched", "affinity", _affinity, pending),
        Case("node-selector-unmatched", "apart", _apart, pending, held_out=True),
        Case("claim-unbound", "no-class", _no_class, pending, app="store", birth="born"),
        Case("claim-unbound", "by-hand", _by_hand, pending, app="store", birth="born", held_out=True),
        Case("rollout-paused", "image", _paused_image, always, app="deployment", birth="live"),
        Case("rollout-paused", "settings", _paused_settings, always, app="deployment", birth="live", held_out=True),
        Case("scaled-down", "to-nothing", _scaled_to_nothing, unserved, birth="live"),
        Case("service-selector-wrong", "value", _service_value, unserved, birth="live"),
        Case("service-selector-wrong", "extra-key", _service_extra, unserved, birth="live", held_out=True),
        Case("service-port-wrong", "name", _port_name, unserved, birth="live"),
        Case("service-port-wrong", "number", _port_number, always, birth="live", held_out=True),
        Case("service-account-missing", "template", _account, limits),
        Case("priority-class-missing", "template", _priority, limits),
        Case("pod-security-refused", "restricted", _security("restricted"), limits),
        Case("pod-security-refused", "baseline-host", _security("baseline"), limits, held_out=True),
        Case("finalizer-stuck", "pod", _finalizer, _terminating, birth="live"),
        Case("host-port-conflict", "replicas", _host_port, pending),
    ]


def _quota(stand: Stand, hard: dict[str, str]) -> None:
    name = f"{stand.draw.choice(['limits', 'quota', 'team', 'compute'])}"
    stand.add({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}, "spec": {"hard": hard}})


def _quota_pods(stand: Stand) -> None:
    _quota(stand, {"pods": str(len(actions.listed(stand.client, "pods", stand.namespace)))})
    stand.scale(stand.app.workload["spec"]["replicas"] + stand.draw.choice([1, 2]))


def _quota_cpu(stand: Stand) -> None:
    _quota(stand, {"requests.cpu": "1m"})
    stand.renew()


def _quota_limits(stand: Stand) -> None:
    _quota(stand, {"limits.cpu": "4"})
    stand.renew()


def _range(limits: dict[str, dict[str, str]]) -> Deed:
    def breaks(stand: Stand) -> None:
        spec = {"limits": [{"type": "Container", **limits}]}
        stand.add({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "bounds"}, "spec": spec})
        stand.renew()

    return breaks


def _webhook(stand: Stand) -> None:
    _hook(stand, "ValidatingWebhookConfiguration")


def _webhook_mutating(stand: Stand) -> None:
    _hook(stand, "MutatingWebhookConfiguration")


def _hook(stand: Stand, kind: str) -> None:
    """A policy engine that is gone, for this namespace only."""
    name = f"{stand.draw.choice(['policy', 'injector', 'guard'])}-{stand.namespace}"
    plural = f"{kind.lower()}s"
    hook = {
        "name": "pods.example.com",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Fail",
        "timeoutSeconds": 2,
        "clientConfig": {"service": {"namespace": stand.namespace, "name": "policy", "path": "/check"}},
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": stand.namespace}},
    }
    manifest = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": name}}
    path = f"/apis/admissionregistration.k8s.io/v1/{plural}"
    stand.client.request("POST", path, body={**manifest, "webhooks": [hook]})
    stand.after.append(lambda: stand.client.request("DELETE", f"{path}/{name}"))
    stand.renew()


def _asks(what: str, amount: str) -> Deed:
    def breaks(stand: Stand) -> None:
        part: dict[str, dict[str, str | None]] = {"requests": {what: amount}}
        if "/" in what or what in stand.container()["resources"]["limits"]:
            part["limits"] = {what: amount}
        stand.change_container({"resources": part})

    return breaks


def _selector(stand: Stand) -> None:
    stand.change_pods({"nodeSelector": {stand.draw.choice(["disktype", "pool", "zone"]): "ssd"}})


def _affinity(stand: Stand) -> None:
    wanted = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["nowhere-1a"]}
    required = {"nodeSelectorTerms": [{"matchExpressions": [wanted]}]}
    stand.change_pods({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}})


def _apart(stand: Stand) -> None:
    """More pods than nodes, and no two on one."""
    term = {"labelSelector": {"matchLabels": stand.app.labels}, "topologyKey": "kubernetes.io/hostname"}
    pods = {"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}
    stand.change({"spec": {"replicas": len(stand.record.nodes) + 1, "template": {"spec": pods}}})


def _claim(stand: Stand, spec: dict[str, object]) -> None:
    (template,) = stand.app.workload["spec"]["volumeClaimTemplates"]
    template["spec"].update(spec)


def _no_class(stand: Stand) -> None:
    _claim(stand, {"storageClassName": stand.draw.choice(["fast-ssd", "premium", "nfs"])})


def _by_hand(stand: Stand) -> None:
    _claim(stand, {"storageClassName": ""})


def _paused_image(stand: Stand) -> None:
    stand.change({"spec": {"paused": True}})
    stand.change_container({"image": BUSYBOX})


def _paused_settings(stand: Stand) -> None:
    stand.change({"spec": {"paused": True}})
    stand.change_container({"env": [{"name": "LOG_LEVEL", "value": "warn"}]})


def _scaled_to_nothing(stand: Stand) -> None:
    stand.scale(0)


def _service_value(stand: Stand) -> None:
    stand.edit("services", stand.app.name, {"spec": {"selector": {stand.app.label: f"{stand.app.name}-old"}}})


def _service_extra(stand: Stand) -> None:
    stand.edit("services", stand.app.name, {"spec": {"selector": {"tier": "backend"}}})


def _port(stand: Stand, port: str | int) -> None:
    stand.edit("services", stand.app.name, {"spec": {"ports": [{"port": 80, "targetPort": port}]}})


def _port_name(stand: Stand) -> None:
    _port(stand, stand.draw.choice(["web", "https", "api-port"]))


def _port_number(stand: Stand) -> None:
    _port(stand, stand.draw.choice([81, 7070, 9999]))


def _account(stand: Stand) -> None:
    stand.change_pods({"serviceAccountName": stand.draw.choice(["deployer", "runner", stand.app.name])})


def _priority(stand: Stand) -> None:
    stand.change_pods({"priorityClassName": stand.draw.choice(["critical", "business-high"])})


def _security(level: str) -> Deed:
    def breaks(stand: Stand) -> None:
        labels = {"pod-security.kubernetes.io/enforce": level}
        stand.client.request(
            "PATCH",
            f"/api/v1/namespaces/{stand.namespace}",
            body={"metadata": {"labels": labels}},
            content_type="application/merge-patch+json",
        )
        if level == "baseline":
            stand.change_pods({"hostNetwork": True})
        else:
            stand.renew()

    return breaks


def _finalizer(stand: Stand) -> None:
    pod = stand.draw.choice(stand.pods())["metadata"]["name"]
    stand.edit(
        "pods", pod, {"metadata": {"finalizers": [f"{stand.draw.choice(['backup', 'cleanup'])}.example.com/done"]}}
    )
    actions.delete(stand.client, "pods", pod, stand.namespace, grace_seconds=0)


def _terminating(stand: Stand) -> bool:
    """A pod was deleted, and is still there when its kubelet has long had its time."""
    stamps = [stamp for pod in stand.pods() if (stamp := pod["metadata"].get("deletionTimestamp"))]
    now = datetime.datetime.now(datetime.UTC)
    return any((now - datetime.datetime.fromisoformat(stamp)).total_seconds() > STUCK_SECONDS for stamp in stamps)


def _host_port(stand: Stand) -> None:
    """More pods than nodes, each with the same port of its node."""
    port = stand.draw.randrange(20_000, 29_000)
    ports = [{"containerPort": each["containerPort"], "hostPort": port} for each in stand.container()["ports"]]
    container = {"name": stand.app.container, "ports": ports}
    count = len(stand.record.nodes) + 1
    stand.change({"spec": {"replicas": count, "template": {"spec": {"containers": [container]}}}})
