"""The cause `service-selector-wrong`: a Service that looks for labels which its pods do not have."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("service-selector-wrong")
class ServiceSelectorWrong(Cause):
    """A Service's selector matches no pod, while pods are there that it was meant for by their labels or its name.

    Requests to the Service are refused though every pod is ready. Correct the selector, or the labels of the pods.
    """

    layer = Layer.CONFIGURATION

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Services that select nothing, with a workload near that no Service selects."""
        for each in symptoms.of("selects-nothing"):
            if each.facts["near"]:
                written = symptoms.of("change", about=each.object)
                yield Suspicion(
                    object=each.object,
                    confidence=0.95 if written else 0.85,
                    supports=told(each, *written),
                    decides="compare the selector with `kubectl get pods --show-labels`",
                    since=max((s.at for s in written), default=0.0),
                    facts={key: each.facts[key] for key in ("selector", "near", "differs")},
                )
