"""Where beyond the namespace a diagnosis looks."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.gather.vicinity import backends, provisioners
from harness.model.full.cluster import StorageClass
from harness.model.full.network import WebhookConfiguration
from harness.model.full.workloads import Named
from harness.model.objects import ObjectMeta

NAMESPACES = ("default", "kube-system", "local-path-storage", "longhorn-system", "rook-ceph", "shop", "storage-team")


def hook(**config: Any) -> dict[str, Any]:
    return {"name": "a", "clientConfig": config}


def test_webhooks_lead_to_the_namespaces_of_their_services() -> None:
    """One that is reached by an address leads nowhere."""
    hooks = [hook(service={"namespace": "gate", "name": "policy"}), hook(url="https://192.0.2.1")]
    assert backends([msgspec.convert({"webhooks": hooks}, WebhookConfiguration)]) == ["gate"]


@pytest.mark.parametrize(
    ("provisioner", "namespaces"),
    [
        ("rancher.io/local-path", ["local-path-storage"]),
        ("driver.longhorn.io", ["longhorn-system"]),
        ("rook-ceph.rbd.csi.ceph.com", ["rook-ceph"]),
        ("kubernetes.io/no-provisioner", []),
        ("ebs.csi.aws.com", []),
    ],
)
def test_a_provisioner_is_looked_for_where_its_name_is(provisioner: str, namespaces: list[str]) -> None:
    """Words that say nothing, such as `driver`, lead nowhere."""
    named = [Named(metadata=ObjectMeta(name=name)) for name in NAMESPACES]
    assert provisioners([StorageClass(provisioner=provisioner)], named) == namespaces
