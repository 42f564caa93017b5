"""Cause: an admission webhook answers no to new pods."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES

_DENIED = re.compile(r'admission webhook "([^"]+)" denied the request(?:: (.*))?', re.DOTALL)


@CAUSES.enter("webhook-denies")
class WebhookDenies(Cause):
    """A policy that an admission webhook enforces forbids these pods.

    Its words say which rule is broken: make the pod template keep it, or have the policy changed.
    """

    layer: ClassVar[Layer] = Layer.CONTROL_PLANE
    outranks: ClassVar[frozenset[str]] = frozenset({"rollout-stuck", "controller-manager-down"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each workload whose pods a webhook denies."""
        for each in symptoms.of("create-refused"):
            denied = _DENIED.search(each.facts.get("message", ""))
            if denied:
                yield Suspicion(
                    object=each.object,
                    confidence=0.95,
                    supports=told(each),
                    since=each.at,
                    facts={"webhook": denied[1], "rule": (denied[2] or "").strip()},
                )
