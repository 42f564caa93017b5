"""Cause: nobody gives new pods a node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.symptoms.claim_pending import handed_on
from harness.diagnose.telling import told
from harness.diagnose.volumes import claims_of
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.cluster import Claim
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import CAUSES

_PART = "control-plane/kube-scheduler"
_DEFAULT = ("", "default-scheduler")
_USUAL_SECONDS = 10.0
"""A scheduler that runs says something of a new pod within a second."""


@CAUSES.enter("scheduler-down")
class SchedulerDown(Cause):
    """The scheduler does not run, so new pods stay Pending without a word of why.

    What runs goes on. Look at kube-scheduler in kube-system (on kubeadm clusters a static pod of the control-plane
    nodes); pods that name a scheduler of their own (`spec.schedulerName`) wait for that one.
    """

    layer: ClassVar[Layer] = Layer.CONTROL_PLANE
    outranks: ClassVar[frozenset[str]] = frozenset({"rollout-stuck", "insufficient-resources"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """The scheduler whose lease lapsed or whose process is gone; one that says nothing of pods."""
        signs = symptoms.of("lease-stale", "component-state", about=_PART)
        unseen = [pod for pod in scene.pods if _is_unseen(scene, pod)]
        own = [pod for pod in unseen if pod.spec.scheduler_name in _DEFAULT]
        words = [f"pod/{pod.metadata.name} waits and no scheduler has said a word of it (status)" for pod in unseen[:3]]
        if signs:
            yield Suspicion(
                object=_PART,
                confidence=0.97 if own or len(signs) > 1 else 0.9,
                supports=[*told(*signs), *words],
                explains=[f"pod/{pod.metadata.name}" for pod in own],
                since=min((each.at for each in signs if each.at), default=0.0),
                facts={"component": "kube-scheduler"},
            )
            return
        for name in sorted({pod.spec.scheduler_name or _DEFAULT[1] for pod in unseen}):
            pods = [pod for pod in unseen if (pod.spec.scheduler_name or _DEFAULT[1]) == name]
            yield Suspicion(
                object=_PART if name in _DEFAULT else f"scheduler/{name}",
                confidence=0.7,
                supports=[
                    f"pod/{pod.metadata.name} waits, and {name} has said nothing of it (status)" for pod in pods[:3]
                ],
                explains=[f"pod/{pod.metadata.name}" for pod in pods],
                decides=f"does {name} run, and is its lease renewed",
                facts={"component": name},
            )


def _is_unseen(scene: Scene, pod: Pod) -> bool:
    """Whether a pod waits for a node and no scheduler has noted anything about it."""
    if pod.spec.node_name or not pod.active or pod.spec.scheduling_gates:
        return False
    noted = any(each.type == "PodScheduled" for each in pod.status.conditions)
    claims = (scene.named("persistentvolumeclaims", Claim, name) for name in claims_of(pod).values())
    if any(each is not None and each.status.phase != "Bound" and handed_on(scene, each) for each in claims):
        return False  # it has chosen a node, and says nothing for up to ten minutes while the volume is made
    return not noted and scene.age(pod.metadata.creation_timestamp) > _USUAL_SECONDS
