"""The pod template behind what a cause strikes, and advice that changes it. Names no cause, reads no cluster."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from harness.advise.kubectl import kubectl
from harness.diagnose.telling import owner_of
from harness.model.advice import Advice, Patch, Severity
from harness.model.full.pods import Container, Pod, PodSpec, PodTemplate
from harness.model.full.workloads import Workload
from harness.model.scene import Scene

Fields = dict[str, Any]
"""A part of a patch in Kubernetes' own keys: None removes."""

_REVISION = "deployment.kubernetes.io/revision"
_ROLLED = ("deployment", "statefulset", "daemonset")
"""Kinds whose template may be changed: they replace their pods. A Job's and a pod's own stay as they were made."""


def template_of(scene: Scene, ref: str) -> PodTemplate:
    """The template of a workload, or of the workload of a pod, or the pod itself; an empty one where none is known."""
    owner = owner_of(scene, ref)
    found = next((each.spec.template for name, each in scene.workloads() if name == owner), None)
    if found is not None:
        return found
    pod = scene.named("pods", Pod, owner.partition("/")[2])
    return PodTemplate(metadata=pod.metadata, spec=pod.spec) if pod else PodTemplate()


def container_of(scene: Scene, ref: str, name: str = "") -> Container | None:
    """A container of that template by its name, the first where none is given; None where it is not known."""
    return in_spec(template_of(scene, ref).spec, name)


def in_spec(spec: PodSpec, name: str = "") -> Container | None:
    """The same of a pod's spec."""
    return next((each for each in spec.containers if name in ("", each.name)), None)


def spec_before(scene: Scene, ref: str) -> PodSpec | None:
    """What the pods of a Deployment were made from before its last change; None where no older revision is there."""
    owner = owner_of(scene, ref)
    workload = next((each for name, each in scene.workloads() if name == owner), None)
    if workload is None or not owner.startswith("deployment/"):
        return None
    sets = sorted(scene.owned(workload.metadata, "replicasets", Workload), key=_revision)
    return sets[-2].spec.template.spec if len(sets) > 1 and _revision(sets[-2]) else None


def pods_behind(scene: Scene, ref: str) -> list[Pod]:
    """The pods of a workload, or the pod."""
    owner = owner_of(scene, ref)
    workload = next((each for name, each in scene.workloads() if name == owner), None)
    if workload is not None:
        return scene.pods_of(workload)
    pod = scene.named("pods", Pod, owner.partition("/")[2])
    return [pod] if pod else []


def rollback(scene: Scene, ref: str) -> list[str]:
    """The commands that put a workload back to its revision before, where there may be one."""
    owner = owner_of(scene, ref)
    if owner.partition("/")[0] not in _ROLLED or (
        owner.startswith("deployment/") and scene.all("replicasets", Workload) and spec_before(scene, ref) is None
    ):
        return []
    return [kubectl(scene.namespace, "rollout", word, owner) for word in ("history", "undo", "status")]


def change_containers(names: Sequence[str], fields: Fields) -> Fields:
    """The part of a pod's spec that changes these fields of containers."""
    return {"containers": [{"name": name, **fields} for name in names]}


def advise_template(
    scene: Scene,
    ref: str,
    spec: Fields,
    *,
    text: str,
    severity: Severity,
    commands: Sequence[str] = (),
    steps: Sequence[str] = (),
) -> Advice:
    """Advice that changes these fields of the spec of a workload's pods; by hand where Kubernetes takes no patch."""
    owner = owner_of(scene, ref)
    if owner.partition("/")[0] in _ROLLED:
        body = {"spec": {"template": {"spec": spec}}}
        patches = [Patch(object=owner, namespace=scene.namespace, body=body)]
        return Advice(text=text, severity=severity, patches=patches, commands=list(commands), steps=list(steps))
    kind = owner.partition("/")[0]
    by_hand = [
        (
            f"{'A pod' if kind == 'pod' else f'The pods of a {kind}'} cannot be changed in place: keep its manifest "
            f"({_kept(scene, owner)})."
        ),
        f"Change in the manifest, below the pods' spec: {json.dumps(spec)}",
        f"Delete the {kind} and create it again from the manifest.",
    ]
    return Advice(text=text, severity=severity, commands=list(commands), steps=[*by_hand, *steps])


def plain(thing: msgspec.Struct) -> Fields:
    """An object's part as plain data, in Kubernetes' own keys, without what is left at its default."""
    data: Fields = msgspec.to_builtins(thing)
    return data


def _kept(scene: Scene, owner: str) -> str:
    return kubectl(scene.namespace, "get", owner, "-o", "yaml")


def _revision(replica_set: Workload) -> int:
    written = replica_set.metadata.annotations.get(_REVISION, "")
    return int(written) if written.isdigit() else 0
