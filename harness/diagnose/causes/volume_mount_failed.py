"""Cause: a volume cannot be mounted for a pod."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES

_OTHERS = ("config", "multi-attach", "transient")
"""What other causes account for, and what passes by itself."""


@CAUSES.enter("volume-mount-failed")
class VolumeMountFailed(Cause):
    """The kubelet cannot attach or mount a volume of a pod, so its containers do not start.

    Its words say why: a path on the node that is not there, a file system that is damaged or of another kind, a server
    that refuses, a CSI driver that is not installed on that node.
    """

    layer: ClassVar[Layer] = Layer.STORAGE
    outranks: ClassVar[frozenset[str]] = frozenset({"rollout-stuck"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each pod that has not started, and of which the kubelet says so."""
        for symptom in symptoms.of("volume-event"):
            kind = symptom.facts["class"]
            if kind in _OTHERS:
                continue
            yield Suspicion(
                object=symptom.object,
                confidence=0.6 if kind == "timeout" else 0.9,
                supports=told(symptom),
                since=symptom.at,
                facts={"volume": symptom.facts["volume"], "class": kind},
            )
