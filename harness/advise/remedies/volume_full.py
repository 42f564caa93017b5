"""The remedy of `volume-full`: a larger claim, or space made on it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.sizes import quantity
from harness.advise.storage import Mount, keep, mounted, start_writers, stop_writers, volume_of
from harness.diagnose.amounts import amount
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named, Remedy
from harness.model.full.cluster import Claim, StorageClass
from harness.model.scene import Scene
from harness.registry import REMEDIES

_TIMES = 2.0
_LOST = "what was to be written since it was full; clients know of it if the program checks its writes"
_SAFE = "all that was written before; a database may roll back the transactions that it was writing"


@REMEDIES.enter("volume-full")
class VolumeFull(Remedy):
    """Twice as large, where its class can grow volumes; space made by hand at once."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Growing first: it stops nothing and loses nothing."""
        if not cause.object.startswith("persistentvolumeclaim/"):
            yield _of_pod(cause, scene)
            return
        name = cause.object.partition("/")[2]
        claim = scene.named("persistentvolumeclaims", Claim, name)
        asked = claim.spec.resources.requests.get("storage", "") if claim else ""
        size = quantity("storage", _TIMES * amount(asked)) if asked else "SIZE"
        kind = (claim.spec.storage_class_name if claim else "") or ""
        known = scene.named("storageclasses", StorageClass, kind) if kind else None
        body = {"spec": {"resources": {"requests": {"storage": size}}}}
        patch = Patch(object=cause.object, namespace=scene.namespace, way=Way.MERGE, body=body)
        grows = known is not None and known.allow_volume_expansion
        yield Advice(
            text=_text(name, asked, size, known),
            severity=Severity.CRITICAL,
            patches=[patch] if grows and asked else [],
            steps=[
                *_room(scene, mounted(scene, name)),
                *(
                    _growing(scene, cause, kind, patch, granted=grows)
                    if grows or known is None
                    else _moving(scene, name, size)
                ),
                "Start the program anew if it does not go on by itself: some stop for good after a failed write.",
            ],
            lost=_LOST,
            safe=_SAFE,
        )


def _text(name: str, asked: str, size: str, kind: StorageClass | None) -> str:
    if kind is None:
        return f"Make room on claim {name}, or grow it if its StorageClass allows that: it is full."
    if not kind.allow_volume_expansion:
        return (
            f"Make room on claim {name}, or move its data to a larger one: it is full, and StorageClass "
            f"{kind.metadata.name} cannot grow volumes (allowVolumeExpansion)."
        )
    return (
        f"Grow claim {name} from {asked or 'its size'} to {size}: it is full. Its pods go on meanwhile; a claim can "
        "never be made smaller again."
    )


def _room(scene: Scene, place: Mount) -> list[str]:
    shell = kubectl(scene.namespace, "exec", place.pod, "--", "df", "-h", place.path)
    return [
        f"See how full it is: {shell}",
        "The same with df -i: where no inode is left, many small files are in the way, and few bytes are.",
        (
            "Make room at once by removing what can be made again: old logs, dumps, temporary files. WARNING: never a "
            "database's own files, its write-ahead log least of all; let the database remove or compact them."
        ),
    ]


def _growing(scene: Scene, cause: Named, kind: str, patch: Patch, *, granted: bool) -> list[str]:
    asked = kubectl("", "get", "storageclass", kind or "CLASS", "-o", "jsonpath={.allowVolumeExpansion}")
    look = kubectl(scene.namespace, "describe", cause.object)
    return [
        f"See that its class grows volumes (it says true): {asked}",
        "Grow it, by the patch below." if granted else f"Grow it: {patch.command}",
        f"Watch it grow: {look}",
        "Condition FileSystemResizePending that stays: delete the pod, its file system grows when it is mounted anew.",
    ]


def _moving(scene: Scene, name: str, size: str) -> list[str]:
    return [
        keep(volume_of(scene, name)),
        f"No room can be made: create a second claim of {size}.",
        *stop_writers(scene, name),
        "Copy everything by a pod that mounts both claims, owners and modes too (cp -a), and compare.",
        "Let the workload name the new claim. Keep the old one until the program has run on the copy.",
        *start_writers(scene, name),
    ]


def _of_pod(cause: Named, scene: Scene) -> Advice:
    """The volume is no claim: an emptyDir, or a directory of the node."""
    return Advice(
        text=f"Make room in the volume of {cause.object}: it is no claim but an emptyDir or a directory of the node, "
        "and full up to its sizeLimit or the node's own disk.",
        severity=Severity.HIGH,
        steps=[
            f"See which: {kubectl(scene.namespace, 'exec', cause.object, '--', 'df', '-h')}",
            "Its sizeLimit: remove what can be made again, or raise sizeLimit in the pod template.",
            "The node's disk: free that (old images and logs), before the kubelet evicts pods for it.",
            "What must be kept belongs on a claim: an emptyDir goes with its pod.",
        ],
        lost="what was to be written since; the whole volume, if it is an emptyDir and the pod is deleted or evicted",
        safe="what is on claims",
    )
