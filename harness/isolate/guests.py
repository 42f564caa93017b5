"""The short-lived pods of isolation steps as manifests: a helper, and a copy of a pod elsewhere. Makes none."""

from __future__ import annotations

import secrets

from harness.kube.modest import Manifest, modest_container, modest_spec

LIMIT_SECONDS = 60
"""A pod that nobody removes is ended by the cluster this long after the last step must be over."""
_LEFT_OUT = ("nodeSelector", "affinity", "topologySpreadConstraints", "priority", "priorityClassName", "schedulerName")
_HERS = (*_LEFT_OUT, "preemptionPolicy", "readinessGates", "schedulingGates", "ephemeralContainers", "hostname")


def guest_name() -> str:
    """A name of its own for a pod that lives for a moment."""
    return f"isolation-{secrets.token_hex(4)}"


def plain_pod(
    name: str, image: str, seconds: float, *, node: str = "", claim: str = "", security: Manifest | None = None
) -> Manifest:
    """A pod that waits to be told what to do: no rights, no token; on `node` and with `claim` where they are given.

    `security` is the security context of the pod whose claim it writes to, so that it may write what that one may.
    """
    container = modest_container("helper", image, ["sh", "-c", "sleep 3600"], cpu="10m")
    container["readinessProbe"] = {"exec": {"command": ["true"]}, "periodSeconds": 1}
    spec = {**modest_spec(container, security=security), **_ends(seconds)}
    if node:
        spec |= {"nodeName": node, "tolerations": [{"operator": "Exists"}]}
    if claim:
        container["volumeMounts"] = [{"name": "volume", "mountPath": "/volume"}]
        spec["volumes"] = [{"name": "volume", "persistentVolumeClaim": {"claimName": claim}}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def copy_of(pod: Manifest, name: str, node: str, seconds: float) -> Manifest:
    """A pod of the same containers on another node, which no Service, ReplicaSet or budget takes for one of its own.

    It has no labels, an empty directory in place of each claim (two writers would spoil the data), and does not
    displace anybody.
    """
    spec: Manifest = {key: value for key, value in pod["spec"].items() if key not in _HERS}
    volumes = [each for each in spec.get("volumes", ()) if not each["name"].startswith("kube-api-access-")]
    mounted = {each["name"] for each in volumes}
    spec["volumes"] = [_without_claim(each) for each in volumes]
    for key in ("initContainers", "containers"):
        spec[key] = [_alone(each, mounted) for each in spec.get(key, ())]
    spec |= {"nodeName": node, **_ends(seconds)}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def security_of(pod: Manifest) -> Manifest:
    """Whose user and groups a pod writes with, as far as its own security context says."""
    told = pod["spec"].get("securityContext") or {}
    keys = ("runAsUser", "runAsGroup", "fsGroup", "supplementalGroups", "fsGroupChangePolicy")
    return {key: told[key] for key in keys if key in told and (key != "runAsUser" or told[key])}


def _ends(seconds: float) -> Manifest:
    return {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 0,
        "activeDeadlineSeconds": int(seconds) + LIMIT_SECONDS,
    }


def _without_claim(volume: Manifest) -> Manifest:
    return {"name": volume["name"], "emptyDir": {}} if {"persistentVolumeClaim", "ephemeral"} & set(volume) else volume


def _alone(container: Manifest, mounted: set[str]) -> Manifest:
    """A container without mounts that are not there, ports of its node, and what it does when it is stopped."""
    mounts = [each for each in container.get("volumeMounts", ()) if each["name"] in mounted]
    ports = [{key: value for key, value in each.items() if key != "hostPort"} for each in container.get("ports", ())]
    hooks = {key: value for key, value in (container.get("lifecycle") or {}).items() if key != "preStop"}
    return {**container, "volumeMounts": mounts, "ports": ports, "lifecycle": hooks or None}
