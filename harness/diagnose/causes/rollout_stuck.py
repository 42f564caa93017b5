"""The cause `rollout-stuck`: a new revision that does not become available, where nothing deeper is seen."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.revisions import step_of
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.workloads import Workload
from harness.model.scene import Scene
from harness.registry import CAUSES

_LAST_RESORT = 0.45
"""Any cause that says why is likelier, and takes it over."""


@CAUSES.enter("rollout-stuck")
class RolloutStuck(Cause):
    """The pods of a new revision do not become available within the progress deadline; the old ones go on.

    Kubernetes reports it and does nothing: put it back with `kubectl rollout undo`, or mend what keeps the new pods.
    It is named only where nothing says what that is.
    """

    layer = Layer.CONFIGURATION

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Deployments that say that their progress deadline has passed."""
        for each in symptoms.of("workload-condition"):
            if each.facts["reason"] != "ProgressDeadlineExceeded":
                continue
            deployment = scene.named("deployments", Workload, each.object.removeprefix("deployment/"))
            late = [pod for pod in scene.pods_of(deployment) if pod.active and not pod.ready] if deployment else []
            changed = sorted({word for pod in late for word in step_of(scene, pod).changed})
            words = [f"the new revision changed {', '.join(changed)} (templates)"] if changed else []
            yield Suspicion(
                object=each.object,
                confidence=_LAST_RESORT,
                supports=told(each) + words,
                explains=[f"pod/{pod.metadata.name}" for pod in late],
                since=each.at,
                facts={"changed": ",".join(changed)},
            )
