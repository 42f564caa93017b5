"""What a diagnosis asks of the API server, as data: the reading goes by it, and a role can be made of it."""

from __future__ import annotations

from harness.kube.resources import RESOURCES
from harness.kube.rights import CLUSTER, Right, may
from harness.model.scene import FULL_TYPES

SYSTEM = "kube-system"
"""Where the cluster's DNS, its proxies, and the leases of scheduler and controller manager are."""
NODE_LEASES = "kube-node-lease"
NODE_EVENTS = "default"
"""Where Events about objects without a namespace go."""

OWN = tuple(plural for plural in FULL_TYPES if RESOURCES[plural].namespaced)
"""What is listed in the namespace itself."""
CLUSTERS_OWN = tuple(plural for plural in FULL_TYPES if not RESOURCES[plural].namespaced)
"""What is listed of the cluster."""
OF_SYSTEM = ("pods", "deployments", "daemonsets", "services", "endpointslices", "leases")
"""What is listed in kube-system."""
OF_BACKEND = ("services", "endpointslices", "pods", "deployments")
"""What is listed in the namespace of a webhook's Service."""
OF_PROVISIONER = ("pods", "deployments", "statefulsets", "daemonsets")
"""What is listed in a namespace that a storage provisioner seems to run in."""

DNS_CONFIG = "coredns"
"""The ConfigMap of kube-system that says how names are answered."""
METRICS = "metrics.k8s.io"


def rights() -> list[Right]:
    """What an identity needs for a diagnosis with nothing unseen; without some of it a diagnosis sees less.

    Left out are the namespaces of webhooks and provisioners, which nobody knows beforehand, and /readyz, which
    everybody may read. `nodes/proxy` is a mighty right (it reaches all that a kubelet can do): without it only the
    use of volumes stays unseen, and usage where there is no metrics-server.
    """
    return [
        *(right for plural in OWN for right in may("list", plural)),
        *may("get", "secrets"),
        *may("get", "pods", subresource="log"),
        *may("list", "pods", group=METRICS),
        *(right for plural in CLUSTERS_OWN for right in may("list", plural)),
        *may("get", "nodes", subresource="proxy"),
        *may("list", "nodes", group=METRICS, namespace=CLUSTER),
        *(right for plural in OF_SYSTEM for right in may("list", plural, namespace=SYSTEM)),
        *may("get", "configmaps", DNS_CONFIG, namespace=SYSTEM),
        *may("list", "leases", namespace=NODE_LEASES),
        *may("list", "events", namespace=NODE_EVENTS),
    ]
