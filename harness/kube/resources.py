"""Where each resource lives below the API server's root; plain data, nothing is asked of a cluster."""

from __future__ import annotations

from typing import NamedTuple

from harness.model.errors import BadInput


class Resource(NamedTuple):
    """A resource of the API: `plural` and `group_version` as in its path, `kind` as in a manifest."""

    plural: str
    kind: str
    group_version: str
    namespaced: bool = True

    def path(self, namespace: str | None = None, name: str = "", subresource: str = "") -> str:
        """The path of the collection, of one object, or of a subresource; `namespace` None means all of them.

        Raises BadInput where a single namespaced object is meant but no namespace was given.
        """
        if self.namespaced and name and not namespace:
            raise BadInput(f"{self.plural}/{name}: lives in a namespace, and none was given")
        root = "/api/" if "/" not in self.group_version else "/apis/"
        parts = [root + self.group_version]
        if self.namespaced and namespace:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        parts += [part for part in (name, subresource) if part]
        return "/".join(parts)


def resource(plural: str) -> Resource:
    """A resource by its plural name; raises BadInput for one that the table lacks."""
    try:
        return RESOURCES[plural]
    except KeyError:
        known = ", ".join(sorted(RESOURCES))
        raise BadInput(f"resource {plural!r} is not known; known are {known}") from None


def resource_of_kind(api_version: str, kind: str) -> Resource | None:
    """The resource that holds manifests of this kind, or None where only the API server can tell."""
    return _BY_KIND.get((api_version, kind))


_TABLE = (
    Resource("pods", "Pod", "v1"),
    Resource("services", "Service", "v1"),
    Resource("configmaps", "ConfigMap", "v1"),
    Resource("secrets", "Secret", "v1"),
    Resource("serviceaccounts", "ServiceAccount", "v1"),
    Resource("persistentvolumeclaims", "PersistentVolumeClaim", "v1"),
    Resource("persistentvolumes", "PersistentVolume", "v1", namespaced=False),
    Resource("nodes", "Node", "v1", namespaced=False),
    Resource("namespaces", "Namespace", "v1", namespaced=False),
    Resource("events", "Event", "v1"),
    Resource("limitranges", "LimitRange", "v1"),
    Resource("resourcequotas", "ResourceQuota", "v1"),
    Resource("deployments", "Deployment", "apps/v1"),
    Resource("replicasets", "ReplicaSet", "apps/v1"),
    Resource("statefulsets", "StatefulSet", "apps/v1"),
    Resource("daemonsets", "DaemonSet", "apps/v1"),
    Resource("controllerrevisions", "ControllerRevision", "apps/v1"),
    Resource("jobs", "Job", "batch/v1"),
    Resource("cronjobs", "CronJob", "batch/v1"),
    Resource("endpointslices", "EndpointSlice", "discovery.k8s.io/v1"),
    Resource("networkpolicies", "NetworkPolicy", "networking.k8s.io/v1"),
    Resource("ingresses", "Ingress", "networking.k8s.io/v1"),
    Resource("poddisruptionbudgets", "PodDisruptionBudget", "policy/v1"),
    Resource("horizontalpodautoscalers", "HorizontalPodAutoscaler", "autoscaling/v2"),
    Resource("leases", "Lease", "coordination.k8s.io/v1"),
    Resource("priorityclasses", "PriorityClass", "scheduling.k8s.io/v1", namespaced=False),
    Resource("storageclasses", "StorageClass", "storage.k8s.io/v1", namespaced=False),
    Resource("csinodes", "CSINode", "storage.k8s.io/v1", namespaced=False),
    Resource("volumeattachments", "VolumeAttachment", "storage.k8s.io/v1", namespaced=False),
    Resource("roles", "Role", "rbac.authorization.k8s.io/v1"),
    Resource("rolebindings", "RoleBinding", "rbac.authorization.k8s.io/v1"),
    Resource("clusterroles", "ClusterRole", "rbac.authorization.k8s.io/v1", namespaced=False),
    Resource("clusterrolebindings", "ClusterRoleBinding", "rbac.authorization.k8s.io/v1", namespaced=False),
    Resource(
        "validatingwebhookconfigurations",
        "ValidatingWebhookConfiguration",
        "admissionregistration.k8s.io/v1",
        namespaced=False,
    ),
    Resource(
        "mutatingwebhookconfigurations",
        "MutatingWebhookConfiguration",
        "admissionregistration.k8s.io/v1",
        namespaced=False,
    ),
    Resource("customresourcedefinitions", "CustomResourceDefinition", "apiextensions.k8s.io/v1", namespaced=False),
)

RESOURCES: dict[str, Resource] = {entry.plural: entry for entry in _TABLE}
"""The resources that are known without asking, by plural name."""

_BY_KIND = {(entry.group_version, entry.kind): entry for entry in _TABLE}
