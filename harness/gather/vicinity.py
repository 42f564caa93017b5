"""Where beyond the namespace to look: the backends of webhooks, and where storage provisioners run. Asks nobody."""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.model.full.cluster import StorageClass
from harness.model.full.network import WebhookConfiguration
from harness.model.full.workloads import Named

NAMESPACES_MAX = 5
_OF_NOTHING = frozenset({"kubernetes", "driver", "provisioner", "storage", "local", "volume", "cluster", "docker"})


def backends(configurations: Sequence[WebhookConfiguration]) -> list[str]:
    """The namespaces of the Services that admission webhooks are asked at."""
    services = (hook.client_config.service for each in configurations for hook in each.webhooks)
    return sorted({service.namespace for service in services if service is not None})[:NAMESPACES_MAX]


def provisioners(classes: Sequence[StorageClass], namespaces: Sequence[Named]) -> list[str]:
    """The namespaces that share a word with a provisioner: nothing in Kubernetes tells where one runs.

    `rancher.io/local-path` is at home in `local-path-storage`, `driver.longhorn.io` in `longhorn-system`.
    """
    words = {
        word
        for each in classes
        for word in re.split(r"[./]", each.provisioner)
        if len(word) > 3 and word not in _OF_NOTHING
    }
    names = (each.metadata.name for each in namespaces)
    return sorted(name for name in names if any(word in name for word in words))[:NAMESPACES_MAX]
