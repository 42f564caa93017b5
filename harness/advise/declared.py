"""Manifests of objects that are referred to and not there, from what refers to them. Names no cause.

What they should contain is nobody's to know here: values to be filled in say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.model.advice import Patch, Way
from harness.model.full.pods import Container, PodSpec
from harness.model.full.workloads import Workload
from harness.model.scene import Scene

FILL_IN = "FILL-IN"
_API = {"priorityclass": "scheduling.k8s.io/v1", "storageclass": "storage.k8s.io/v1"}
_KINDS = {
    "configmap": "ConfigMap",
    "secret": "Secret",
    "service": "Service",
    "serviceaccount": "ServiceAccount",
    "priorityclass": "PriorityClass",
    "persistentvolumeclaim": "PersistentVolumeClaim",
    "storageclass": "StorageClass",
}
_DATA = {"configmap": "data", "secret": "stringData"}


def manifest(scene: Scene, kind: str, name: str, **parts: Any) -> Patch:
    """A whole object of this kind, to be applied; those that belong to no namespace get none."""
    inside = kind not in _API
    place = {"namespace": scene.namespace} if inside else {}
    body = {
        "apiVersion": _API.get(kind, "v1"),
        "kind": _KINDS[kind],
        "metadata": {"name": name, **place},
        **parts,
    }
    return Patch(object=f"{kind}/{name}", namespace=scene.namespace if inside else "", way=Way.APPLY, body=body)


def settings(scene: Scene, kind: str, name: str) -> Patch:
    """A ConfigMap or Secret with every key that a pod of the namespace wants of it, the values to be filled in."""
    wanted = sorted(set(_keys(scene, kind, name)))
    return manifest(scene, kind, name, **{_DATA[kind]: dict.fromkeys(wanted, FILL_IN)} if wanted else {})


def setting(scene: Scene, kind: str, name: str, key: str) -> Patch:
    """One key more for a ConfigMap or Secret that is there."""
    body = {_DATA[kind]: {key: FILL_IN}}
    return Patch(object=f"{kind}/{name}", namespace=scene.namespace, way=Way.MERGE, body=body)


def service(scene: Scene, name: str, *, governs: str = "") -> Patch | None:
    """A Service for the workload that it governs, or for the one of its name; None where there is no such."""
    workloads = dict(scene.workloads())
    same = (ref for ref in workloads if ref.partition("/")[2] == name and not ref.startswith("job/"))
    ref = governs if governs in workloads else next(same, "")
    workload = workloads.get(ref)
    labels = workload.spec.selector.match_labels if workload and workload.spec.selector else {}
    if workload is None or not labels:
        return None
    headless = {"clusterIP": "None"} if ref == governs else {}
    spec: dict[str, Any] = {**headless, "selector": labels}
    if ports := _ports(workload):
        spec["ports"] = ports
    return manifest(scene, "service", name, spec=spec)


def _ports(workload: Workload) -> list[dict[str, Any]]:
    """One port for each that the containers declare; a single one needs no name."""
    ports = [port for each in workload.spec.template.spec.containers for port in each.ports]
    several = len(ports) > 1
    return [
        {
            **({"name": port.name or f"port-{port.container_port}"} if several or port.name else {}),
            "port": port.container_port,
            "targetPort": port.container_port,
            "protocol": port.protocol,
        }
        for port in ports
    ]


def _keys(scene: Scene, kind: str, name: str) -> Iterator[str]:
    """The keys that containers of the namespace want of an object."""
    specs: list[PodSpec] = [each.spec.template.spec for _, each in scene.workloads()]
    specs += [each.spec for each in scene.pods]
    for container in (each for spec in specs for each in [*spec.init_containers, *spec.containers]):
        yield from _wanted(container, kind, name)


def _wanted(container: Container, kind: str, name: str) -> Iterator[str]:
    for variable in container.env:
        source = variable.value_from
        ref = (source.config_map_key_ref if kind == "configmap" else source.secret_key_ref) if source else None
        if ref is not None and ref.name == name and ref.key:
            yield ref.key
