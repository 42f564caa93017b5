"""Cause: no volume can be had for a claim, because of what the claim asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.telling import told
from harness.diagnose.volumes import users_of
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES

_NOBODY = "kubernetes.io/no-provisioner"
_LOST = "Lost"
_NO_CLASS = re.compile(r"storageclass\S* \"[^\"]*\" not found")


@CAUSES.enter("claim-unbound")
class ClaimUnbound(Cause):
    """A PersistentVolumeClaim stays without a volume, and its pods wait for it.

    It names a StorageClass that is not there; or it names none, the cluster has no default one, and no volume made by
    hand fits its size, access mode and labels; or the provisioner refused; or the volume it had was deleted. A claim's
    class cannot be changed: make the class or the volume, or delete the claim and make it again with a class that
    exists (`kubectl get storageclass`).
    """

    layer: ClassVar[Layer] = Layer.STORAGE
    outranks: ClassVar[frozenset[str]] = frozenset(
        {"rollout-stuck", "volume-node-conflict", "insufficient-resources", "node-selector-unmatched"}
    )

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each claim that nobody can bind as it is written."""
        for symptom in symptoms.of("claim-pending"):
            why, confidence = _why(scene, symptom)
            if why:
                yield Suspicion(
                    object=symptom.object,
                    confidence=confidence,
                    supports=[*told(symptom), why],
                    explains=users_of(scene, symptom.object),
                    since=symptom.at,
                    facts={"claim": symptom.object.partition("/")[2], "class": symptom.facts["class"], "why": why},
                )


def _why(scene: Scene, symptom: Symptom) -> tuple[str, float]:
    facts = symptom.facts
    if facts["phase"] == _LOST:
        return "the volume it was bound to is not there any more (status.phase Lost)", 0.95
    if not facts["provisioner"]:
        return _without_class(scene, facts)
    if facts["provisioner"] == _NOBODY:
        return f"class {facts['class']} makes no volumes, and no free one fits (spec.provisioner)", 0.9
    if facts["reason"] == "ProvisioningFailed":
        return f"provisioner {facts['provisioner']} tried and could not make a volume", 0.85
    return "", 0.0


def _without_class(scene: Scene, facts: dict[str, str]) -> tuple[str, float]:
    if _NO_CLASS.search(facts["message"]):
        return f"StorageClass {facts['class']} does not exist (its newest Event)", 0.97
    if not scene.saw("storageclasses"):
        return ("no StorageClass for it is known", 0.6) if facts["reason"] == "FailedBinding" else ("", 0.0)
    if facts["class"]:
        return f"StorageClass {facts['class']} does not exist (storageclasses)", 0.97
    return "it names no StorageClass, there is no default one, and no free volume fits (storageclasses)", 0.95
