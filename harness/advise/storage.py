"""Steps about volumes that several remedies share: who stops writing, what keeps the data, where it is. Names no cause.

Each is a sentence with its command in it; what is not known stands in capitals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from harness.advise.kubectl import kubectl
from harness.diagnose.telling import owner_of
from harness.diagnose.volumes import claimed_paths, claims_of, users_of
from harness.model.full.cluster import Claim
from harness.model.scene import Scene

_SCALED = ("deployment", "statefulset")
_KEEPS_CLAIMS = '{"spec": {"persistentVolumeClaimRetentionPolicy": {"whenScaled": "Retain"}}}'


class Mount(NamedTuple):
    """Where a claim is to be found: a pod that uses it, that pod's node, and the path in its containers."""

    pod: str
    node: str
    path: str


def mounted(scene: Scene, name: str) -> Mount:
    """Where the claim of this name is mounted."""
    for pod in scene.pods:
        if not pod.over and name in claims_of(pod).values():
            path = next((path for path, claim in claimed_paths(pod).items() if claim == name), "MOUNT-PATH")
            return Mount(f"pod/{pod.metadata.name}", pod.spec.node_name or "NODE", path)
    return Mount("pod/NAME", "NODE", "MOUNT-PATH")


def volume_of(scene: Scene, name: str) -> str:
    """The volume that the claim of this name is bound to."""
    claim = scene.named("persistentvolumeclaims", Claim, name)
    return (claim.spec.volume_name if claim else "") or "VOLUME"


def keep(volume: str) -> str:
    """How a volume is made to outlive its claim."""
    body = '{"spec": {"persistentVolumeReclaimPolicy": "Retain"}}'
    command = kubectl("", "patch", f"persistentvolume/{volume}", "-p", body)
    return f"Keep the volume and its data, whatever happens to the claim: {command}"


def let_go(volume: str) -> str:
    """How a volume that has lost its claim can be bound again: to a new claim that names it."""
    body = '{"spec": {"claimRef": null}}'
    return kubectl("", "patch", f"persistentvolume/{volume}", "--type=merge", "-p", body)


def stop_writers(scene: Scene, name: str) -> Iterator[str]:
    """How everything that uses a claim is stopped, without its claims being deleted along."""
    for owner, _ in _writers(scene, name):
        if owner.startswith("statefulset/"):
            kept = kubectl(scene.namespace, "patch", owner, "--type=merge", "-p", _KEEPS_CLAIMS)
            yield f"See to it that scaling down deletes no claims (Kubernetes' default): {kept}"
        yield f"Stop what writes to it: {_stopped(scene, owner)}"


def start_writers(scene: Scene, name: str) -> Iterator[str]:
    """How it is started again, with as many pods as it had."""
    for owner, replicas in _writers(scene, name):
        if owner.partition("/")[0] in _SCALED:
            yield f"Start it again: {kubectl(scene.namespace, 'scale', owner, f'--replicas={replicas}')}"
        else:
            yield f"Start {owner} again from the manifest that you kept."


def _writers(scene: Scene, name: str) -> list[tuple[str, int]]:
    """The workloads that use the claim, with their numbers of pods; a pod that nobody controls is its own."""
    owners = sorted({owner_of(scene, each) for each in users_of(scene, f"persistentvolumeclaim/{name}")})
    wanted = {ref: each.spec.replicas for ref, each in scene.workloads()}
    return [(owner, 1 if (count := wanted.get(owner)) is None else count) for owner in owners]


def _stopped(scene: Scene, owner: str) -> str:
    if owner.partition("/")[0] in _SCALED:
        return kubectl(scene.namespace, "scale", owner, "--replicas=0")
    kept = kubectl(scene.namespace, "get", owner, "-o", "yaml")
    return f"keep its manifest ({kept}), then {kubectl(scene.namespace, 'delete', owner)}"
