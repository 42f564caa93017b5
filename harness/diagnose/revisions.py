"""What a workload's new revision changed against the one before it. Reads templates, never values of variables."""

from __future__ import annotations

from typing import NamedTuple

from harness.model.full.pods import Container, Pod, PodSpec
from harness.model.full.workloads import Workload
from harness.model.scene import Scene

_REVISION = "deployment.kubernetes.io/revision"
_HASH = "controller-revision-hash"
_OF_CONTAINER = {
    "image": "image",
    "command": "command",
    "args": "command",
    "ports": "ports",
    "env": "environment",
    "env_from": "environment",
    "resources": "resources",
    "volume_mounts": "volumes",
    "liveness_probe": "liveness probe",
    "readiness_probe": "readiness probe",
    "startup_probe": "startup probe",
}
_OF_POD = {
    "node_selector": "placement",
    "affinity": "placement",
    "tolerations": "placement",
    "service_account_name": "service account",
    "priority_class_name": "priority class",
}


class Step(NamedTuple):
    """From one revision to the next: what is different (in words), and how many pods of the old one are ready."""

    changed: frozenset[str]
    old_ready: int


NO_STEP = Step(frozenset(), 0)


def step_of(scene: Scene, pod: Pod) -> Step:
    """How the revision of a pod differs from the one before; nothing where there is no other to compare with.

    The value of a variable is not read, so a step may change nothing that can be seen here.
    """
    mine_and_before = _sets(scene, pod)
    if mine_and_before is not None:
        mine_set, before = mine_and_before
        ready = sum(each.ready and each.active for each in scene.owned(before.metadata, "pods", Pod))
        return Step(_differences(before.spec.template.spec, mine_set.spec.template.spec), ready)
    mine = pod.metadata.labels.get(_HASH)
    others = [each for each in scene.pods if _sibling(pod, each) and each.metadata.labels.get(_HASH) != mine]
    if mine and others:
        old_ready = sum(each.ready and each.active for each in others)
        return Step(_differences(others[0].spec, pod.spec), old_ready)
    return NO_STEP


def _sets(scene: Scene, pod: Pod) -> tuple[Workload, Workload] | None:
    """The pod's own ReplicaSet and that of the revision before it."""
    sets = scene.all("replicasets", Workload)
    mine = next((each for each in sets if each.metadata.uid == pod.metadata.controller_uid), None)
    if mine is None:
        return None
    owner = mine.metadata.controller_uid
    others = [each for each in sets if owner and each.metadata.controller_uid == owner]
    older = [each for each in others if _revision(each) < _revision(mine)]
    return (mine, max(older, key=_revision)) if older else None


def _revision(replica_set: Workload) -> int:
    written = replica_set.metadata.annotations.get(_REVISION, "")
    return int(written) if written.isdigit() else 0


def _sibling(pod: Pod, other: Pod) -> bool:
    return pod.metadata.controller_uid != "" and other.metadata.controller_uid == pod.metadata.controller_uid


def _differences(old: PodSpec, new: PodSpec) -> frozenset[str]:
    """What differs, in words."""
    before = {each.name: each for each in old.containers}
    found = {"containers"} if before.keys() != {each.name for each in new.containers} else set()
    for container in new.containers:
        found |= _container_differences(before.get(container.name, container), container)
    for field, word in _OF_POD.items():
        if getattr(old, field) != getattr(new, field):
            found.add(word)
    return frozenset(found)


def _container_differences(old: Container, new: Container) -> set[str]:
    unlike = {word for field, word in _OF_CONTAINER.items() if getattr(old, field) != getattr(new, field)}
    if _own_mounts(old) == _own_mounts(new):
        unlike.discard("volumes")
    return unlike


def _own_mounts(container: Container) -> list[tuple[str, str, bool]]:
    """Without that of the service account, whose name is drawn anew for each pod."""
    mounts = [(each.name, each.mount_path, each.read_only) for each in container.volume_mounts]
    return [each for each in mounts if not each[0].startswith("kube-api-access")]
