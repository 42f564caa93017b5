"""Cause: the cluster's DNS answers nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.ailing import NAMES, SILENCE, ailing, complaints
from harness.diagnose.consequences import UNWELL
from harness.diagnose.symptoms.dns import OBJECT
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("dns-down")
class DnsDown(Cause):
    """The cluster's DNS (CoreDNS, Service kube-dns in kube-system) does not answer.

    Connections that stand and addresses that are known go on working; whatever must look up a name fails, with "no such
    host", "server misbehaving" or a time-out. Look at its pods: scaled to nothing, crashing, or unschedulable.
    """

    layer: ClassVar[Layer] = Layer.NETWORK
    outranks: ClassVar[frozenset[str]] = UNWELL | {"dns-wrong", "network-partition"}

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """The DNS without a ready pod, or silent to queries."""
        found = [s for s in symptoms.of("dns") if s.facts["problem"] in ("no-endpoints", "no-answer")]
        if not found:
            return
        words: list[str] = []
        struck = []
        for pod in ailing(scene):
            said = complaints(scene, symptoms, pod, NAMES) or complaints(scene, symptoms, pod, SILENCE)
            if said:
                struck.append(f"pod/{pod.metadata.name}")
                words += said[:1]
        gone = any(each.facts["problem"] == "no-endpoints" for each in found)
        yield Suspicion(
            object=OBJECT,
            confidence=0.97 if gone else 0.9,
            supports=[*told(*found), *words[:3]],
            explains=struck,
            facts={"namespace": "kube-system", "service": "kube-dns"},
        )
