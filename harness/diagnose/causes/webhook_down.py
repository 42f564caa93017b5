"""Cause: an admission webhook that must agree to new pods does not answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.symptoms.webhook_dead import KINDS
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.full.network import WebhookConfiguration
from harness.model.scene import Scene
from harness.registry import CAUSES

_CALL = re.compile(r'failed calling webhook "([^"]+)"')


@CAUSES.enter("webhook-down")
class WebhookDown(Cause):
    """An admission webhook with `failurePolicy: Fail` cannot be called, so the API server refuses every new pod.

    Pods that run are left alone; none can be replaced. Bring the webhook's backend back, a policy engine mostly. If it
    is gone for good, delete its ValidatingWebhookConfiguration or MutatingWebhookConfiguration, or set its
    failurePolicy to Ignore: pods are then admitted unchecked.
    """

    layer: ClassVar[Layer] = Layer.CONTROL_PLANE
    outranks: ClassVar[frozenset[str]] = frozenset({"rollout-stuck", "webhook-denies", "controller-manager-down"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each webhook that could not be called for a new pod, or that nobody could answer for when it is needed."""
        refused: dict[str, list[Symptom]] = {}
        for each in symptoms.of("create-refused"):
            called = _CALL.search(each.facts.get("message", ""))
            if called:
                refused.setdefault(called[1], []).append(each)
        dead = {each.facts["webhook"]: each for each in symptoms.of("webhook-dead")}
        for name in dict.fromkeys([*refused, *dead]):
            words, state = refused.get(name, []), dead.get(name)
            yield Suspicion(
                object=state.object if state else _configuration(scene, name),
                confidence=0.97 if words else 0.8,
                supports=told(*words, *([state] if state else [])),
                explains=[each.object for each in words],
                since=min((each.at for each in words if each.at), default=0.0),
                facts={"webhook": name, "backend": state.facts["backend"] if state else ""},
            )


def _configuration(scene: Scene, webhook: str) -> str:
    """The configuration that holds a webhook of this name."""
    for resource, prefix in KINDS.items():
        for each in scene.all(resource, WebhookConfiguration):
            if any(entry.name == webhook for entry in each.webhooks):
                return f"{prefix}webhookconfiguration/{each.metadata.name}"
    return f"webhook/{webhook}"
