"""Cause: a volume is still attached to another node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.telling import told
from harness.diagnose.volumes import claims_of
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.full.cluster import Claim, Node, VolumeAttachment
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("volume-stuck")
class VolumeStuck(Cause):
    """A volume that only one node may use at a time is held by another node, so the pod cannot start here.

    Mostly that node is dead: Kubernetes lets go after six minutes, or at once when the node is marked
    `node.kubernetes.io/out-of-service=nodeshutdown:NoExecute`, which must be done only if it is surely off. Else a pod
    on that node still uses it: two pods cannot share a ReadWriteOnce volume across nodes.
    """

    layer: ClassVar[Layer] = Layer.STORAGE
    outranks: ClassVar[frozenset[str]] = frozenset({"volume-mount-failed", "rollout-stuck"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each pod that waits for such a volume."""
        for symptom in symptoms.of("volume-event"):
            pod = scene.named("pods", Pod, symptom.object.partition("/")[2])
            held = _held_elsewhere(scene, pod) if pod else []
            multiple = symptom.facts["class"] == "multi-attach"
            if not multiple and not (held and symptom.facts["class"] in ("timeout", "other")):
                continue
            yield Suspicion(
                object=_claim(scene, pod, symptom) if pod else symptom.object,
                confidence=0.95 if multiple else 0.75,
                supports=[*told(symptom), *held],
                explains=[symptom.object],
                since=symptom.at,
                facts={"volume": symptom.facts["volume"], "pod": symptom.object.partition("/")[2]},
            )


def _held_elsewhere(scene: Scene, pod: Pod) -> list[str]:
    """The attachments of the pod's volumes to nodes other than its own, in words."""
    bound = {claim.spec.volume_name for claim in _claims(scene, pod)}
    found = []
    for each in scene.all("volumeattachments", VolumeAttachment):
        if each.spec.source.persistent_volume_name in bound and each.spec.node_name != pod.spec.node_name:
            node = scene.named("nodes", Node, each.spec.node_name)
            state = "is not there" if node is None else "is Ready" if node.ready else "is not Ready"
            error = each.status.detach_error.message if each.status.detach_error else ""
            where = f"node {each.spec.node_name}, which {state}{f': {error}' if error else ''}"
            volume = each.spec.source.persistent_volume_name
            found.append(f"volume {volume} is attached to {where} (volumeattachment/{each.metadata.name})")
    return found


def _claims(scene: Scene, pod: Pod) -> list[Claim]:
    found = (scene.named("persistentvolumeclaims", Claim, name) for name in claims_of(pod).values())
    return [each for each in found if each is not None]


def _claim(scene: Scene, pod: Pod, symptom: Symptom) -> str:
    """The claim whose volume the event names, else the pod's only one, else the pod."""
    claims = _claims(scene, pod)
    named = [each for each in claims if symptom.facts["volume"] in (each.spec.volume_name, each.metadata.name)]
    chosen = named or claims
    return f"persistentvolumeclaim/{chosen[0].metadata.name}" if len(chosen) == 1 else symptom.object
