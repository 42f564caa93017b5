"""The remedy of `claim-unbound`: a class that makes the volume, or a claim that names one that does."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from harness.advise.declared import manifest
from harness.advise.kubectl import kubectl
from harness.advise.storage import start_writers, stop_writers
from harness.diagnose.symptoms.claim_pending import DEFAULT_CLASS
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named, Remedy
from harness.model.full.cluster import Claim, StorageClass
from harness.model.scene import Scene
from harness.registry import REMEDIES

_NOBODY = "kubernetes.io/no-provisioner"
_NOTHING_LOST = "nothing: the claim has never had a volume"


@REMEDIES.enter("claim-unbound")
class ClaimUnbound(Remedy):
    """By what its class is: a claim's class cannot be changed, but the class can be made."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """What binds the claim as it is; then the claim as it should have been."""
        claim = scene.named("persistentvolumeclaims", Claim, cause.facts.get("claim", ""))
        if claim is not None and claim.status.phase == "Lost":
            yield _lost(scene, claim)
            return
        dynamic = [each for each in scene.all("storageclasses", StorageClass) if each.provisioner != _NOBODY]
        names = [each.metadata.name for each in dynamic]
        wanted = cause.facts.get("class", "")
        there = any(each.metadata.name == wanted for each in scene.all("storageclasses", StorageClass))
        if not wanted and dynamic:
            yield _default(_likest(dynamic, ""))
        elif not there and dynamic and wanted:
            yield _class_made(scene, wanted, _likest(dynamic, wanted))
        if claim is not None and wanted and dynamic:
            yield _claim_made(scene, claim, _likest(dynamic, wanted).metadata.name)
        if not dynamic or there:
            yield _by_hand(cause, names)


def _likest(classes: list[StorageClass], name: str) -> StorageClass:
    """The class whose name is nearest, else the default one, else the first."""
    by_name = {each.metadata.name: each for each in classes}
    near = difflib.get_close_matches(name, by_name, n=1, cutoff=0.7)
    defaults = [each for each in classes if each.metadata.annotations.get(DEFAULT_CLASS) == "true"]
    return by_name[near[0]] if near else (defaults or classes)[0]


def _default(chosen: StorageClass) -> Advice:
    name = chosen.metadata.name
    return Advice(
        text=f"Make StorageClass {name} the cluster's default: the claim names none, and claims without a class then "
        "get it, those that wait too.",
        severity=Severity.CRITICAL,
        patches=[
            Patch(
                object=f"storageclass/{name}",
                way=Way.MERGE,
                body={"metadata": {"annotations": {DEFAULT_CLASS: "true"}}},
            )
        ],
        lost=_NOTHING_LOST,
    )


def _class_made(scene: Scene, name: str, like: StorageClass) -> Advice:
    parts = {"provisioner": like.provisioner}
    if like.volume_binding_mode:
        parts["volumeBindingMode"] = like.volume_binding_mode
    return Advice(
        text=f"Create StorageClass {name}, which the claim names and which is not there, if it is meant to "
        "be: this one "
        f"is made like {like.metadata.name} (add its parameters). The claim is then served by itself.",
        severity=Severity.CRITICAL,
        patches=[manifest(scene, "storageclass", name, **parts)],
        lost=_NOTHING_LOST,
    )


def _claim_made(scene: Scene, claim: Claim, storage_class: str) -> Advice:
    name = claim.metadata.name
    size = claim.spec.resources.requests or {"storage": "1Gi"}
    spec = {
        "accessModes": claim.spec.access_modes or ["ReadWriteOnce"],
        "storageClassName": storage_class,
        "resources": {"requests": size},
    }
    sets = [
        ref
        for ref, each in scene.workloads()
        if each.spec.volume_claim_templates and f"-{ref.partition('/')[2]}-" in name and name.endswith(_ordinal(name))
    ]
    delete = kubectl(scene.namespace, "delete", f"persistentvolumeclaim/{name}", "--wait=false")
    return Advice(
        text=f"If the class's name is a mistake, make the claim again with class {storage_class}: a "
        "claim's class cannot "
        "be changed.",
        severity=Severity.HIGH,
        patches=[] if sets else [manifest(scene, "persistentvolumeclaim", name, spec=spec)],
        steps=[
            *[step for ref in sets for step in _set_aside(scene, ref)],
            f"Delete the claim that waits: {delete}",
            "Apply the corrected StatefulSet: it makes the claim itself, and takes its pods over again."
            if sets
            else "Apply the claim below. The pods that wait for it are then scheduled by themselves.",
        ],
        lost=_NOTHING_LOST,
    )


def _set_aside(scene: Scene, ref: str) -> list[str]:
    """How a StatefulSet is kept from making the same claim again: its claim templates cannot be changed in place."""
    return [
        f"Keep the manifest of {ref}, which makes the claim: {kubectl(scene.namespace, 'get', ref, '-o', 'yaml')}",
        "Correct storageClassName in its volumeClaimTemplates.",
        f"Delete it, not its pods: {kubectl(scene.namespace, 'delete', ref, '--cascade=orphan')}",
    ]


def _ordinal(name: str) -> str:
    tail = name.rpartition("-")[2]
    return f"-{tail}" if tail.isdigit() else "-no-ordinal"


def _lost(scene: Scene, claim: Claim) -> Advice:
    volume = claim.spec.volume_name
    return Advice(
        text=f"Find what became of volume {volume}: the claim was bound to it, and it is not there any more.",
        severity=Severity.CRITICAL,
        steps=[
            "Change nothing on the claim: it still says which volume it had.",
            *stop_writers(scene, claim.metadata.name),
            "Look at the storage itself (cloud disk, file server): with reclaim policy Retain the data is still there.",
            (
                f"It is there: create PersistentVolume {volume} again under that name, pointing to it, with reclaim "
                "policy Retain and claimRef set to this claim and its uid. The claim is then Bound again."
            ),
            "It is not: delete the claim, make it again, and restore a backup or a snapshot before anything writes.",
            *start_writers(scene, claim.metadata.name),
        ],
        lost="with reclaim policy Delete the volume's data, all since the last backup",
        safe="with reclaim policy Retain the data on the storage itself",
    )


def _by_hand(cause: Named, names: list[str]) -> Advice:
    return Advice(
        text="Make the volume: no class that is there does it for this claim."
        if not names
        else f"See why the class makes no volume: {cause.facts.get('why', '')}.",
        severity=Severity.CRITICAL,
        steps=[
            f"Look at the classes and who makes their volumes: {kubectl('', 'get', 'storageclasses')}",
            "For a class without a provisioner create a PersistentVolume by hand, of its size, access mode and class.",
            "Where the provisioner refuses, its own words in the Events say what lacks: a quota, a zone, a parameter.",
        ],
        lost=_NOTHING_LOST,
    )
