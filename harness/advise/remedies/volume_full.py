"""The remedy of `volume-full`: a larger claim, or space made on it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.sizes import quantity
from harness.diagnose.amounts import amount
from harness.diagnose.volumes import users_of
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named, Remedy
from harness.model.full.cluster import Claim
from harness.model.scene import Scene
from harness.registry import REMEDIES

_TIMES = 2.0


@REMEDIES.enter("volume-full")
class VolumeFull(Remedy):
    """Twice as large, where its class can grow volumes; space made by hand meanwhile."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Growing first: it stops nothing and loses nothing."""
        name = cause.facts.get("claim", "")
        claim = scene.named("persistentvolumeclaims", Claim, name)
        asked = claim.spec.resources.requests.get("storage", "") if claim else ""
        users = users_of(scene, f"persistentvolumeclaim/{name}") or ["pod/NAME"]
        size = quantity("storage", _TIMES * amount(asked)) if asked else ""
        ref, body = f"persistentvolumeclaim/{name}", {"spec": {"resources": {"requests": {"storage": size}}}}
        kind = claim.spec.storage_class_name if claim else None
        grows = kubectl("", "get", "storageclass", kind or "CLASS", "-o", "jsonpath={.allowVolumeExpansion}")
        yield Advice(
            text=f"Grow claim {name}"
            + (f" from {asked} to {size}" if size else "")
            + ": it is full. Its StorageClass must allow that (allowVolumeExpansion); a claim can never be made "
            "smaller again.",
            severity=Severity.CRITICAL,
            patches=[Patch(object=ref, namespace=scene.namespace, way=Way.MERGE, body=body)] if size else [],
            commands=[grows, kubectl(scene.namespace, "get", f"persistentvolumeclaim/{name}")],
            steps=[
                (
                    "See what takes the space: "
                    f"{kubectl(scene.namespace, 'exec', users[0], '--', 'df', '-h')}, and df -i: "
                    "with no inode left many small files are in the way, and space does not help."
                ),
                (
                    "Remove what can be made again: old logs, dumps, temporary files. Never a database's "
                    "own files: let the "
                    "database itself remove or compact them."
                ),
                (
                    "Where the class cannot grow volumes: make a larger claim, copy the data while nothing "
                    "writes, and let "
                    "the workload use that."
                ),
                "Start the program anew if it has not noticed: some wait after a failed write.",
            ],
            lost="what was written since it was full, unless the program kept it elsewhere or told its clients so",
            safe="all that was written before; a database may have to recover its last transactions from its log",
        )
