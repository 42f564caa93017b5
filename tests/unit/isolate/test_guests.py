"""Promise: pods that are made for a moment have no rights, end by themselves, and are taken for nobody's own."""

from __future__ import annotations

from typing import Any

from harness.isolate.guests import LIMIT_SECONDS, copy_of, plain_pod, security_of

POD: dict[str, Any] = {
    "metadata": {"name": "web-1", "labels": {"app": "web"}, "ownerReferences": [{"kind": "ReplicaSet"}]},
    "spec": {
        "nodeName": "worker",
        "priorityClassName": "system-node-critical",
        "affinity": {"podAntiAffinity": {}},
        "readinessGates": [{"conditionType": "example.com/balanced"}],
        "containers": [
            {
                "name": "main",
                "image": "registry.example/web:1",
                "ports": [{"containerPort": 80, "hostPort": 80}],
                "lifecycle": {"preStop": {"sleep": {"seconds": 5}}, "postStart": {"exec": {"command": ["true"]}}},
                "volumeMounts": [
                    {"name": "data", "mountPath": "/data"},
                    {"name": "kube-api-access-x", "mountPath": "/var/run/secrets"},
                ],
            }
        ],
        "volumes": [
            {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "settings", "configMap": {"name": "settings"}},
            {"name": "kube-api-access-x", "projected": {}},
        ],
    },
}


def test_a_helper_has_nothing_that_it_does_not_need() -> None:
    """As the strictest pod security standard asks, without a token, with an end of its own."""
    spec = plain_pod("isolation-1", "agnhost", 30)["spec"]
    (container,) = spec["containers"]
    assert spec["automountServiceAccountToken"] is False
    assert (spec["activeDeadlineSeconds"], spec["restartPolicy"]) == (30 + LIMIT_SECONDS, "Never")
    assert (spec["securityContext"]["runAsNonRoot"], spec["securityContext"]["seccompProfile"]) == (
        True,
        {"type": "RuntimeDefault"},
    )
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "nodeName" not in spec


def test_a_helper_writes_as_the_pod_would() -> None:
    """With the user and groups of the pod whose claim it has; never as root."""
    told = {"spec": {"securityContext": {"runAsUser": 999, "fsGroup": 7, "sysctls": []}}}
    spec = plain_pod("isolation-1", "agnhost", 30, node="worker", claim="data", security=security_of(told))["spec"]
    assert (spec["securityContext"]["runAsUser"], spec["securityContext"]["fsGroup"]) == (999, 7)
    assert spec["volumes"] == [{"name": "volume", "persistentVolumeClaim": {"claimName": "data"}}]
    assert spec["nodeName"] == "worker"
    assert security_of({"spec": {"securityContext": {"runAsUser": 0}}}) == {}


def test_a_copy_is_nobodys_own_and_displaces_nobody() -> None:
    """No labels, no owner, no priority, no port of its node, and an empty directory in place of data."""
    copy = copy_of(POD, "isolation-1", "other", 30)
    spec = copy["spec"]
    (container,) = spec["containers"]
    assert copy["metadata"] == {"name": "isolation-1"}
    assert not {"priorityClassName", "affinity", "readinessGates"} & set(spec)
    assert (spec["nodeName"], spec["restartPolicy"], spec["activeDeadlineSeconds"]) == ("other", "Never", 90)
    assert spec["volumes"] == [
        {"name": "data", "emptyDir": {}},
        {"name": "settings", "configMap": {"name": "settings"}},
    ]
    assert container["ports"] == [{"containerPort": 80}]
    assert container["volumeMounts"] == [{"name": "data", "mountPath": "/data"}]
    assert container["lifecycle"] == {"postStart": {"exec": {"command": ["true"]}}}
    assert container["image"] == "registry.example/web:1"
