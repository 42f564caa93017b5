"""Workloads and what stands beside them, as manifests or a namespace have them. Reads nothing, finds no fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

Manifest = dict[str, Any]

_TEMPLATES = {
    "Pod": (),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"), ("spec", "template")),
}
_FIXED = ("Pod", "Job")
"""Their pods' spec cannot be changed once they exist."""
_REPLICATED = ("Deployment", "StatefulSet", "ReplicaSet")


class Container(NamedTuple):
    """A container of a pod template; `field` is the list that it is in."""

    data: Manifest
    field: str = "containers"

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.data.get("name", ""))

    def security(self, key: str) -> Any:
        """A field of its security context, or None."""
        return (self.data.get("securityContext") or {}).get(key)


class Workload(NamedTuple):
    """An object that makes pods, or a pod that nothing makes."""

    manifest: Manifest

    @property
    def kind(self) -> str:
        """As in the manifest."""
        return str(self.manifest["kind"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.manifest["metadata"]["name"])

    @property
    def ref(self) -> str:
        """As kubectl names it: `deployment/web`."""
        return f"{self.kind.lower()}/{self.name}"

    @property
    def serves(self) -> bool:
        """Whether its pods go on until they are stopped, rather than to an end of their own."""
        return self.kind not in ("Job", "CronJob")

    @property
    def replicas(self) -> int | None:
        """How many pods it wants; None where no number says so."""
        return int(self._spec.get("replicas", 1)) if self.kind in _REPLICATED else None

    @property
    def pod(self) -> Manifest:
        """The spec of its pods."""
        spec: Manifest = self._template.get("spec") or {}
        return spec

    @property
    def labels(self) -> dict[str, str]:
        """The labels of its pods."""
        return dict((self._template.get("metadata") or {}).get("labels") or {})

    @property
    def containers(self) -> list[Container]:
        """The containers that run side by side."""
        return [Container(each) for each in self.pod.get("containers") or []]

    @property
    def all_containers(self) -> list[Container]:
        """Those, and the ones that run before them."""
        first = [Container(each, "initContainers") for each in self.pod.get("initContainers") or []]
        return [*self.containers, *first]

    def with_pod(self, spec: Manifest) -> Manifest | None:
        """The patch that gives these fields of the pods' spec other values; None where only a new object has them."""
        if self.kind in _FIXED:
            return None
        patch: Manifest = {"spec": spec}
        for key in reversed(_TEMPLATES[self.kind]):
            patch = {key: patch}
        return patch

    def with_container(self, container: Container, fields: Manifest) -> Manifest | None:
        """The patch that gives these fields of one container other values."""
        return self.with_pod({container.field: [{"name": container.name, **fields}]})

    @property
    def _spec(self) -> Manifest:
        spec: Manifest = self.manifest.get("spec") or {}
        return spec

    @property
    def _template(self) -> Manifest:
        found = self.manifest
        for key in _TEMPLATES[self.kind]:
            found = found.get(key) or {}
        return found


class Objects(NamedTuple):
    """What is looked at together: the objects of one namespace. `namespace` is empty where manifests say none."""

    manifests: Sequence[Manifest]
    namespace: str = ""

    def of_kind(self, *kinds: str) -> list[Manifest]:
        """The manifests of these kinds."""
        return [each for each in self.manifests if each.get("kind") in kinds]

    def workloads(self) -> Iterator[Workload]:
        """Everything that makes pods and is made by nothing else, and pods that nobody made."""
        for each in self.of_kind(*_TEMPLATES):
            if not each["metadata"].get("ownerReferences"):
                yield Workload(each)


def selects(selector: Manifest | None, labels: dict[str, str]) -> bool:
    """Whether a label selector with `matchLabels` and `matchExpressions` matches; none at all matches nothing."""
    if selector is None:
        return False
    wanted: dict[str, str] = selector.get("matchLabels") or {}
    expressions: Iterable[Manifest] = selector.get("matchExpressions") or []
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(expression, labels) for expression in expressions
    )


def _holds(expression: Manifest, labels: dict[str, str]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values") or []
    match expression["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case _:
            return value is None
