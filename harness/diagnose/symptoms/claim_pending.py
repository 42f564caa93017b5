"""Claims that wait for a volume. Says nothing of why."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.cluster import Claim, StorageClass
from harness.model.scene import Scene, seconds_of
from harness.registry import SYMPTOMS

SELECTED_NODE = "volume.kubernetes.io/selected-node"
"""The scheduler's annotation: from now on the provisioner is waited for."""
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
_ANNOTATED = "volume.kubernetes.io/storage-provisioner"
_PROVISIONER = re.compile(r"external provisioner '([^']+)'")
_PASSED_ON = ("ExternalProvisioning", "Provisioning")
_WAITS = "WaitForFirstConsumer"
_USUAL_SECONDS = 5.0
_REASONS = ("FailedBinding", "ProvisioningFailed", "ExternalProvisioning", "VolumeMismatch")


@SYMPTOMS.enter("claim-pending")
class ClaimPending(SymptomReader):
    """A PersistentVolumeClaim that is not bound, or has lost its volume.

    Facts: `class`, `provisioner` (empty where there is no such class), `binding-mode`, `node` (that the scheduler
    chose), `phase`, `reason` and `message` of the newest Event about it. One that waits for its first pod, as it
    should, is not told.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each such claim."""
        for claim in scene.all("persistentvolumeclaims", Claim):
            if claim.status.phase == "Bound" or claim.metadata.deletion_timestamp:
                continue
            kind = class_of(scene, claim)
            if kind and kind.volume_binding_mode == _WAITS and not _wanted(scene, claim):
                continue
            yield self._told(scene, claim, kind)

    def _told(self, scene: Scene, claim: Claim, kind: StorageClass | None) -> Symptom:
        name = f"persistentvolumeclaim/{claim.metadata.name}"
        newest = next(iter(scene.events_of(claim.metadata.name, uid=claim.metadata.uid, reasons=_REASONS)), None)
        reason, message = (newest.reason, newest.message) if newest else ("", "")
        phase = claim.status.phase or "Pending"
        return Symptom(
            kind="claim-pending",
            object=name,
            text=f"{name} is {phase}" + (f": {reason}: {message}" if newest else ""),
            source=f"event {reason}" if newest else f"status of {name}",
            facts={
                "class": claim.spec.storage_class_name or "",
                "provisioner": kind.provisioner if kind else _named_provisioner(claim, message),
                "binding-mode": kind.volume_binding_mode if kind else "",
                "node": claim.metadata.annotations.get(SELECTED_NODE, ""),
                "phase": phase,
                "reason": reason,
                "message": message,
            },
            trouble=scene.age(claim.metadata.creation_timestamp) > _USUAL_SECONDS,
            at=seconds_of(claim.metadata.creation_timestamp),
        )


def class_of(scene: Scene, claim: Claim) -> StorageClass | None:
    """The StorageClass of a claim, the default one where it names none; None where there is none such."""
    wanted = claim.spec.storage_class_name
    for each in scene.all("storageclasses", StorageClass):
        if wanted is None and each.metadata.annotations.get(DEFAULT_CLASS) == "true":
            return each
        if wanted and each.metadata.name == wanted:
            return each
    return None


def handed_on(scene: Scene, claim: Claim) -> bool:
    """Whether the scheduler or the binder has passed a claim on to its provisioner."""
    meta = claim.metadata
    return SELECTED_NODE in meta.annotations or bool(scene.events_of(meta.name, uid=meta.uid, reasons=_PASSED_ON))


def _named_provisioner(claim: Claim, message: str) -> str:
    """The provisioner that the binder names, where the class could not be read."""
    said = _PROVISIONER.search(message)
    return claim.metadata.annotations.get(_ANNOTATED, "") or (said[1] if said else "")


def _wanted(scene: Scene, claim: Claim) -> bool:
    """Whether a pod is there that uses it."""
    return any(
        volume.persistent_volume_claim is not None and volume.persistent_volume_claim.claim_name == claim.metadata.name
        for pod in scene.pods
        if not pod.over
        for volume in pod.spec.volumes
    )
