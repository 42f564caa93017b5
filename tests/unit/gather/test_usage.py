"""How much is used, as plain numbers."""

from __future__ import annotations

import json

import msgspec
import pytest

from harness.gather.reading import Reading
from harness.gather.usage import kubelet_looks, number, read_node_metrics, read_pod_metrics
from harness.kube.client import Client
from harness.machine.clock import Monotonic
from harness.model.full.pods import Pod

from .api import Api

SUMMARY = {
    "node": {
        "nodeName": "worker",
        "cpu": {"time": "2026-03-05T12:00:00Z", "usageNanoCores": 182531246, "usageCoreNanoSeconds": 1},
        "memory": {"time": "2026-03-05T12:00:00Z", "availableBytes": 1, "workingSetBytes": 734003200},
    },
    "pods": [
        {
            "podRef": {"name": "db-0", "namespace": "shop", "uid": "u1"},
            "containers": [{"name": "db", "cpu": {"usageNanoCores": 1500000}, "memory": {"workingSetBytes": 4096}}],
            "volume": [
                {
                    "time": "2026-03-05T12:00:00Z",
                    "availableBytes": 0,
                    "capacityBytes": 1048576,
                    "usedBytes": 1048576,
                    "inodesFree": 245,
                    "inodes": 256,
                    "inodesUsed": 11,
                    "name": "data",
                    "pvcRef": {"name": "data-db-0", "namespace": "shop"},
                },
                {"name": "kube-api-access-x7z", "capacityBytes": 5, "availableBytes": 5},
            ],
        },
        {"podRef": {"name": "other", "namespace": "else", "uid": "u2"}, "containers": [{"name": "x"}]},
    ],
}


def test_a_kubelet_tells_usage_and_how_full_the_volumes_are() -> None:
    """Of the namespace's pods alone, and of volumes that can fill up."""
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}}
    pod = msgspec.convert({"metadata": {"name": "db-0", "uid": "u1"}, "spec": {"volumes": [volume]}}, Pod)
    looks = kubelet_looks(json.dumps(SUMMARY).encode(), "worker", [pod], "x")
    assert {(look.kind, look.about): look.facts for look in looks} == {
        ("usage", "node/worker"): {"cpu": "0.182531246", "memory": "734003200"},
        ("usage", "pod/db-0/db"): {"cpu": "0.0015", "memory": "4096"},
        ("volume-usage", "volume/db-0/data"): {
            "capacity-bytes": "1048576",
            "used-bytes": "1048576",
            "available-bytes": "0",
            "inodes-free": "245",
        },
    }


def test_metrics_server_tells_the_same_in_quantities(api: Api, client: Client) -> None:
    """Quantities become cores and bytes."""
    usage = {"cpu": "187123456n", "memory": "1024Ki"}
    api.answers["/apis/metrics.k8s.io/v1beta1/nodes"] = {"items": [{"metadata": {"name": "worker"}, "usage": usage}]}
    api.answers["/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods"] = {
        "items": [{"metadata": {"name": "web"}, "containers": [{"name": "main", "usage": usage}]}]
    }
    with Reading(Monotonic(), 5) as reading:
        looks = [*read_node_metrics(client, reading), *read_pod_metrics(client, reading, "shop")]
    facts = {"cpu": "0.187123456", "memory": "1048576"}
    assert [(look.about, look.facts) for look in looks] == [("node/worker", facts), ("pod/web/main", facts)]


@pytest.mark.parametrize(
    ("quantity", "value"),
    [("250m", 0.25), ("2", 2), ("1.5", 1.5), ("3u", 3e-6), ("1Gi", 2**30), ("2k", 2000), ("1e3", 1000)],
)
def test_a_quantity_is_a_number(quantity: str, value: float) -> None:
    """In all the ways in which metrics are written."""
    assert number(quantity) == pytest.approx(value)
