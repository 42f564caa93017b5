"""Residue that tests plant through the API, and how it is removed; knows nothing of how it is found."""

from __future__ import annotations

import base64
import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

from real_runs import Ground, required

from harness.damage.ways import reach
from harness.kube import actions
from harness.machine.clock import wait_until
from harness.model.cluster import Down
from harness.residue.differences import Difference, differences
from harness.residue.snapshot import Snapshot, take

NAMESPACE = "residue-tests"

OBJECTS: dict[str, dict[str, Any]] = {
    f"configmap {NAMESPACE}/planted": {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}},
    f"resourcequota {NAMESPACE}/planted": {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "spec": {"hard": {"pods": "100"}},
    },
    "validatingwebhookconfiguration.admissionregistration.k8s.io planted": {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "webhooks": [
            {
                "name": "planted.healproof.dev",
                "failurePolicy": "Ignore",
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
                "clientConfig": {"url": "https://192.0.2.1/"},
                "namespaceSelector": {"matchLabels": {"nobody": "has"}},
                "rules": [
                    {"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"]}
                ],
            }
        ],
    },
}
"""Objects by the subject that must name them."""

MARKS = {"label planted=yes", "taint planted=yes:PreferNoSchedule", "cordoned"}
"""What `mark` leaves on a node."""


def snapshot(ground: Ground, down: list[Down] | None = None, namespace: str | None = None) -> Snapshot:
    return take(ground.client, ground.record, reach(ground.record), lambda: down or [], namespace=namespace)


def secret(value: str) -> dict[str, Any]:
    data = {"password": base64.b64encode(value.encode()).decode()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "planted-secret"}, "data": data}


@contextlib.contextmanager
def namespace_with_a_secret(ground: Ground) -> Iterator[None]:
    """What stands before anything is planted."""
    actions.create_namespace(ground.client, NAMESPACE, {"healproof.dev/run": "tests"})
    try:
        actions.apply(ground.client, secret("before"), NAMESPACE)
        for plural, name in (("configmaps", "kube-root-ca.crt"), ("serviceaccounts", "default")):
            made = functools.partial(actions.find, ground.client, plural, name, NAMESPACE)
            required(made, f"the namespace's {name}", 90)
        yield
    finally:
        actions.delete_namespace(ground.client, NAMESPACE)
        required(lambda: actions.find(ground.client, "namespaces", NAMESPACE) is None, "the namespace's end", 120)


def plant_objects(ground: Ground) -> None:
    for manifest in OBJECTS.values():
        actions.apply(ground.client, {**manifest, "metadata": {"name": "planted"}}, NAMESPACE)
    actions.apply(ground.client, secret("after"), NAMESPACE)


def remove_objects(ground: Ground) -> None:
    for manifest in OBJECTS.values():
        actions.delete_manifest(ground.client, {**manifest, "metadata": {"name": "planted"}}, NAMESPACE)
    actions.apply(ground.client, secret("before"), NAMESPACE)


def mark(ground: Ground, node: str) -> None:
    actions.cordon(ground.client, node, True)
    taints = actions.get(ground.client, "nodes", node)["spec"].get("taints", [])
    planted = {"key": "planted", "value": "yes", "effect": "PreferNoSchedule"}
    patch = {"metadata": {"labels": {"planted": "yes"}}, "spec": {"taints": [*taints, planted]}}
    actions.merge_patch(ground.client, "nodes", node, patch)


def unmark(ground: Ground, node: str) -> None:
    actions.cordon(ground.client, node, False)
    taints = [
        taint
        for taint in actions.get(ground.client, "nodes", node)["spec"].get("taints", [])
        if taint["key"] not in ("planted", "node.kubernetes.io/unschedulable")
    ]
    actions.merge_patch(
        ground.client, "nodes", node, {"metadata": {"labels": {"planted": None}}, "spec": {"taints": taints or None}}
    )


def none_left(before: Snapshot, again: Callable[[], Snapshot]) -> None:
    """Sooner or later the cluster is as it was; what a controller still has to do may take its seconds."""
    last: list[Difference] = []

    def look() -> bool:
        last[:] = differences(before, again())
        return not last

    healed = wait_until(look, timeout_seconds=60)
    assert healed, [str(each) for each in last]
