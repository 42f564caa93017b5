"""Cause: nobody makes volumes, for the provisioner of a storage class does not run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.symptoms.claim_pending import SELECTED_NODE
from harness.diagnose.telling import told
from harness.diagnose.volumes import users_of
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.full.cluster import Claim
from harness.model.full.pods import Pod
from harness.model.full.workloads import Workload
from harness.model.scene import Scene, last_seen
from harness.registry import CAUSES

_IN_TREE = "kubernetes.io/"
_USUAL_SECONDS = 15.0
"""Most provisioners make a volume within some seconds once they are asked."""
_WORDLESS = {"csi", "com", "io", "org", "net", "k8s", "driver", "provisioner", "kubernetes", "storage", "local"}


@CAUSES.enter("provisioner-down")
class ProvisionerDown(Cause):
    """A claim was handed to the provisioner of its StorageClass, and the provisioner does not run.

    Volumes that exist go on working; new claims stay Pending, and so do their pods. Look at the provisioner's pods (for
    most it is a Deployment `...-provisioner` or `csi-...-controller` in a namespace of its own) and bring them back;
    the claims are then served by themselves.
    """

    layer: ClassVar[Layer] = Layer.STORAGE
    outranks: ClassVar[frozenset[str]] = frozenset({"claim-unbound", "volume-node-conflict", "rollout-stuck"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each claim that waits for a provisioner outside of Kubernetes."""
        for symptom in symptoms.of("claim-pending"):
            provisioner = symptom.facts["provisioner"]
            if not provisioner or provisioner.startswith(_IN_TREE) or not _handed_on(symptom):
                continue
            confidence, supports, contradicts = _judge(scene, symptom, provisioner)
            if confidence:
                yield Suspicion(
                    object=symptom.object,
                    confidence=confidence,
                    supports=[*told(symptom), *supports],
                    contradicts=contradicts,
                    explains=users_of(scene, symptom.object),
                    decides=f"kubectl get pods -A: do the pods of {provisioner} run, and what do their logs say",
                    since=symptom.at,
                    facts={"provisioner": provisioner, "claim": symptom.object.partition("/")[2]},
                )


def _handed_on(symptom: Symptom) -> bool:
    return bool(symptom.facts["node"]) or symptom.facts["binding-mode"] != "WaitForFirstConsumer"


def _judge(scene: Scene, symptom: Symptom, provisioner: str) -> tuple[float, list[str], list[str]]:
    name = re.compile("|".join(map(re.escape, pod_names(provisioner))), re.IGNORECASE)
    pods = [each for each in scene.around.get("pods", []) if isinstance(each, Pod) and name.search(each.metadata.name)]
    idle = [
        each.metadata.name
        for resource in ("deployments", "statefulsets")
        for each in scene.around.get(resource, [])
        if isinstance(each, Workload) and name.search(each.metadata.name) and not each.status.ready_replicas
    ]
    ready = [each for each in pods if each.ready and each.active]
    if ready:
        waited = _waited_seconds(scene, symptom)
        if waited < _USUAL_SECONDS or _works_on_it(scene, symptom):
            return 0.0, [], []
        return 0.45, [f"it waits for {waited:.0f} s"], [f"pod {ready[0].metadata.name} of the provisioner is ready"]
    if idle or pods:
        shown = [*idle, *(each.metadata.name for each in pods)][0]
        return 0.95, [f"no pod of {provisioner} is ready ({shown})"], []
    if "pods" in scene.around:
        return 0.7, [f"no pod with a name like that of {provisioner} was found"], []
    return 0.55, [], []


def pod_names(provisioner: str) -> list[str]:
    """What its pods may be called: `local-path` of rancher.io/local-path, `ebs` of ebs.csi.aws.com."""
    last = provisioner.rpartition("/")[2]
    if "." not in last:
        return [last]
    words = [word for word in last.split(".") if word not in _WORDLESS]
    return words[:1] or [last]


def _works_on_it(scene: Scene, symptom: Symptom) -> bool:
    """Whether the provisioner itself said a moment ago that it is at it."""
    events = scene.events_of(symptom.object.partition("/")[2], reasons=("Provisioning",))
    return any(scene.at - last_seen(event) < 4 * _USUAL_SECONDS for event in events)


def _waited_seconds(scene: Scene, symptom: Symptom) -> float:
    """Seconds since the claim was handed on; since it was made, where nothing says when that was."""
    name = symptom.object.partition("/")[2]
    claim = scene.named("persistentvolumeclaims", Claim, name)
    if claim is None or SELECTED_NODE not in claim.metadata.annotations:
        return scene.age(claim.metadata.creation_timestamp) if claim else 0.0
    firsts = [scene.age(e.first_timestamp) for e in scene.events_of(name, reasons=("ExternalProvisioning",))]
    return max((each for each in firsts if each != float("inf")), default=scene.age(claim.metadata.creation_timestamp))
