"""Promise: a namespace in which nothing is wrong has no cause, whatever its past and its neighbours are."""

from __future__ import annotations

from typing import Any

import pytest

from diagnose.asked import named
from diagnose.scenes import ago, deployment, endpoints, event, log, node, pod, scene, service, statefulset
from diagnose.surroundings import (
    bound,
    claim,
    control_plane,
    dns,
    governing,
    lease,
    leases,
    mount,
    silent_node,
    storage_class,
    stored,
    system_pod,
    unschedulable,
    usage,
    webhook,
)
from harness.model.scene import Look

LOOKS = [
    Look(kind="api-health", about="control-plane", facts={"ping": "ok", "etcd": "ok", "latency-seconds": "0.04"}),
    Look(kind="node-process", about="node/worker", facts={"kubelet": "S", "containerd": "S", "kube-proxy": "S"}),
    Look(kind="static-pod", about="node/control-plane", facts={"apiserver": "S", "scheduler": "S", "etcd": "S"}),
    Look(kind="container-process", about="pod/db-0/main", facts={"state": "S"}),
    Look(kind="packet-rules", about="pod/db-0", facts={}),
    Look(kind="usage", about="node/worker", facts={"cpu": "3.9", "memory": "100"}),
    mount("db-0", options="rw,relatime", entries="12"),
    usage("db-0", left=300),
]


def healthy() -> list[Any]:
    """A web service and a database on a cluster where everything is there and well."""
    web, db = [pod("web-1"), pod("web-2", nodeName="other")], stored("db-0")
    nodes = [control_plane(), node(), node("other")]
    proxies = [system_pod(f"kube-proxy-{name}", on=name, k8s_app="kube-proxy") for name in ("worker", "other")]
    beats = [lease(each["metadata"]["name"], duration=40, namespace="kube-node-lease") for each in nodes]
    stores = [storage_class(), *bound(), governing(), endpoints("db", db), *statefulset(db)]
    return [*nodes, *proxies, *beats, *leases(), *dns(), *deployment(*web), service(), endpoints("web", *web), *stores]


def test_a_healthy_namespace_has_no_cause() -> None:
    """With all that can be looked at, and with none of it."""
    assert named(scene(*healthy(), looks=LOOKS)) == []
    assert named(scene(*healthy())) == []


PAST = {
    "FailedScheduling": "0/3 nodes are available: 3 node(s) were unschedulable.",
    "FailedMount": 'MountVolume.SetUp failed for volume "data" : wrong fs type',
    "FailedAttachVolume": 'Multi-Attach error for volume "pv-data" Volume is already used by pod(s) db-1',
    "Unhealthy": "Readiness probe failed: DNS: lookup web on 10.96.0.10:53: no such host",
    "NodeNotReady": "Node is not ready",
    "TaintManagerEviction": "Marking for deletion Pod shop/db-0",
    "Evicted": "The node was low on resource: memory. Threshold quantity: 100Mi, available: 20Mi. ",
}


@pytest.mark.parametrize("reason", PAST)
def test_what_the_events_tell_of_a_trouble_that_is_over_proves_nothing(reason: str) -> None:
    """Events are kept for an hour; what they tell of has healed."""
    said = event(stored("db-0"), reason, PAST[reason], ago_seconds=400)
    assert named(scene(*healthy(), said, looks=LOOKS)) == []


@pytest.mark.parametrize(
    "line", ["No space left on device", "Read-only file system", "dial tcp: i/o timeout", "lookup web: no such host"]
)
def test_an_old_error_in_the_log_of_a_pod_that_is_well_proves_nothing(line: str) -> None:
    """It got over it."""
    assert named(scene(*healthy(), logs=[log("db-0", line)], looks=LOOKS)) == []


def test_what_is_wrong_elsewhere_is_none_of_this_namespaces_trouble() -> None:
    """A lost, a cordoned and a tainted node without its pods; a claim that may wait; a webhook that may fail."""
    elsewhere = [
        silent_node("lost"),
        node("cordoned", spec={"unschedulable": True}),
        node("gpu", spec={"taints": [{"key": "gpu", "effect": "NoSchedule"}]}),
        claim("later", storageClassName="standard"),
        webhook(policy="Ignore"),
        lease("some-operator", silent_seconds=9999),
    ]
    assert named(scene(*healthy(), *elsewhere, looks=LOOKS)) == []


def test_a_pod_that_was_made_a_moment_ago_is_given_its_time() -> None:
    """The scheduler has not come to it, or its containers are being started."""
    young = unschedulable("web-3", "")
    young["metadata"]["creationTimestamp"] = ago(1)
    young["status"]["conditions"] = []
    assert named(scene(*healthy(), young, looks=LOOKS)) == []
