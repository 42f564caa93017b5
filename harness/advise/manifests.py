"""Advice on the manifests of a scenario: from its timeline and what it declares, to manifests that follow the advice.

A timeline has no probes, images or resources; the manifests have them, as far as no fault changed them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from harness.advise.adviser import advise
from harness.diagnose.diagnoser import diagnose
from harness.diagnose.recorded import scene_of
from harness.diagnose.telling import owner_of
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named
from harness.model.full.pods import Pod, PodTemplate
from harness.model.full.workloads import Workload
from harness.model.objects import Lean
from harness.model.patch import merge
from harness.model.scene import FULL_TYPES, Scene
from harness.model.timeline import AnyEntry

Manifest = dict[str, Any]

_OF_THE_PROGRAM = frozenset({"startup-too-slow", "memory-limit", "cpu-throttled", "application-hang"})
"""Causes between what a program needs and what it is given: the manifests' part of that is known all the same."""


def advice_on(
    manifests: Sequence[Manifest], entries: Sequence[AnyEntry], seen: Sequence[Named] = ()
) -> list[tuple[str, Advice]]:
    """For each cause the first advice that the manifests can follow, with the name of the cause.

    The causes are those that were `seen` on the cluster itself, and where none of these has such advice those in the
    timeline, which holds less. What is only for the next time is left out: it cures nothing.
    """
    scene = completed(scene_of(entries), manifests)
    return _told(scene, manifests, seen) or _told(scene, manifests, advise(diagnose(scene), scene).causes)


def followed(manifests: Sequence[Manifest], patches: Sequence[Patch]) -> list[Manifest]:
    """The manifests with these patches applied; a whole object takes the place of the one of its name, or is added."""
    changed = list(manifests)
    for patch in patches:
        if patch.way is Way.APPLY:
            whole = {**patch.body, "metadata": {"name": patch.body["metadata"]["name"]}}
            changed = [*(each for each in changed if _ref(each) != patch.object), whole]
        else:
            changed = [merge(each, patch.body) if _ref(each) == patch.object else each for each in changed]
    return changed


def completed(scene: Scene, manifests: Sequence[Manifest]) -> Scene:
    """The scene of a timeline, with the specs that the manifests declare and the objects that it does not record.

    Where a pod's spec stays unknown the Services are left out: what it listens on is unknown too.
    """
    objects = {plural: list(things) for plural, things in scene.objects.items()}
    for manifest in manifests:
        plural = _plural(manifest)
        if not plural:
            continue
        declared = _decoded(manifest, plural, scene.namespace)
        there = objects.setdefault(plural, [])
        if plural not in scene.objects:
            there.append(declared)
        if isinstance(declared, Workload):
            objects = _with_template(objects, plural, declared)
    if "services" not in scene.objects and not all(pod.spec.containers for pod in objects.get("pods", [])):
        objects.pop("services", None)
    return msgspec.structs.replace(scene, objects=objects)


def _told(scene: Scene, manifests: Sequence[Manifest], causes: Sequence[Named]) -> list[tuple[str, Advice]]:
    declared = [each for each in causes if _is_declared(scene, each)]
    return [(cause.cause, fit) for cause in declared for fit in list(_fitting(cause.advice, manifests))[:1]]


def _is_declared(scene: Scene, cause: Named) -> bool:
    """Whether a cause lies in what the manifests declare: a fault that changed a template put its own in there."""
    workload = next((each for ref, each in scene.workloads() if ref == owner_of(scene, cause.object)), None)
    changed = workload is not None and len(scene.owned(workload.metadata, "replicasets", Workload)) > 1
    return not changed or cause.cause in _OF_THE_PROGRAM


def _fitting(advice: Sequence[Advice], manifests: Sequence[Manifest]) -> Iterator[Advice]:
    """The advice whose patches are all of objects that the manifests have, or of whole ones in the namespace."""
    refs = {_ref(each) for each in manifests}
    for each in advice:
        known = all(patch.namespace and (patch.object in refs or patch.way is Way.APPLY) for patch in each.patches)
        if each.patches and known and each.severity is not Severity.LOW:
            yield each


def _with_template(objects: dict[str, list[Any]], plural: str, declared: Workload) -> dict[str, list[Any]]:
    """The recorded workload as declared, its number of pods apart; its first ReplicaSet and pods with that template.

    A later ReplicaSet comes from a change that somebody made: what its pods are made from is not known.
    """
    name = declared.metadata.name
    workload = next((each for each in objects[plural] if each.metadata.name == name), None)
    if workload is None:
        return objects
    sets = [s for s in objects.get("replicasets", []) if s.metadata.controller_uid == workload.metadata.uid]
    first: Workload | None = min(sets, key=lambda each: each.metadata.creation_timestamp or "", default=None)
    owner = (first or workload).metadata.uid
    known = {owner, workload.metadata.uid}
    changed = {
        resource: [_declared_as(each, declared) if each.metadata.uid in known else each for each in objects[resource]]
        for resource in (plural, "replicasets")
        if resource in objects
    }
    pods = [_pod_as(each, declared.spec.template, owner) for each in objects.get("pods", [])]
    return {**objects, **changed, "pods": pods}


def _declared_as(workload: Workload, declared: Workload) -> Workload:
    spec = msgspec.structs.replace(declared.spec, replicas=workload.spec.replicas)
    return msgspec.structs.replace(workload, spec=spec)


def _pod_as(pod: Pod, template: PodTemplate, owner: str) -> Pod:
    if pod.metadata.controller_uid != owner:
        return pod
    spec = msgspec.structs.replace(template.spec, node_name=pod.spec.node_name, volumes=pod.spec.volumes)
    return msgspec.structs.replace(pod, spec=spec)


def _decoded(manifest: Manifest, plural: str, namespace: str) -> Lean:
    """The manifest in the type of a scene; of a ConfigMap or Secret only the names of its keys."""
    keys = [*(manifest.get("data") or {}), *(manifest.get("stringData") or {})]
    data = {**manifest, "keys": keys, "metadata": {**manifest.get("metadata", {}), "namespace": namespace}}
    return msgspec.convert(data, FULL_TYPES[plural])


def _plural(manifest: Manifest) -> str:
    kind = str(manifest.get("kind", "")).lower()
    candidates = (f"{kind}s", f"{kind}es", f"{kind.removesuffix('y')}ies")
    return next((each for each in candidates if each in FULL_TYPES), "")


def _ref(manifest: Manifest) -> str:
    return f"{str(manifest.get('kind', '')).lower()}/{manifest.get('metadata', {}).get('name', '')}"
