"""Cause: the API server says itself that it is not well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.consequences import CLIENTS
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("api-server-unhealthy")
class ApiServerUnhealthy(Cause):
    """A health check of the API server fails, or an instance of it does not run.

    Controllers, kubelets and users wait for it; what runs on the nodes goes on. The failing check says which part it is
    (`kubectl get --raw /readyz?verbose`); the log of kube-apiserver says why.
    """

    layer: ClassVar[Layer] = Layer.CONTROL_PLANE
    outranks: ClassVar[frozenset[str]] = frozenset({"api-overloaded", "scheduler-down", "controller-manager-down"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """The failed checks other than etcd's, and its process where that is stopped."""
        checks = [
            each
            for each in symptoms.of("api-health")
            if each.facts["check"] != "latency" and not each.facts["check"].startswith("etcd")
        ]
        process = symptoms.of("component-state", about="control-plane/kube-apiserver")
        if checks or process:
            yield Suspicion(
                object="control-plane/kube-apiserver",
                confidence=_confidence(scene, checks),
                contradicts=["it answered other questions (pods, nodes)"]
                if _only_silent(checks) and scene.objects
                else [],
                supports=told(*checks, *process),
                explains=["control-plane", *CLIENTS],
                facts={"component": "kube-apiserver", "checks": ", ".join(each.facts["check"] for each in checks)},
            )


def _confidence(scene: Scene, checks: list[Symptom]) -> float:
    if not checks:
        return 0.75
    return 0.6 if _only_silent(checks) and scene.objects else 0.9


def _only_silent(checks: list[Symptom]) -> bool:
    """Whether nothing but its silence is known: the verdict over all checks, and no status."""
    return [each.facts["check"] for each in checks] == ["readyz"] and "500" not in checks[0].facts["answer"]
