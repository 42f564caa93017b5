"""Cause: packets of a pod or node are delayed, lost or held back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.ailing import ailing
from harness.diagnose.consequences import UNREACHED
from harness.diagnose.nodes import hosted, refs
from harness.diagnose.symptoms.connection_slow import USUAL_SECONDS_MAX
from harness.diagnose.telling import told
from harness.diagnose.tried import requests
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import CAUSES

_WORDS = (
    ("delay", r"\bdelay\b"),
    ("loss", r"\bloss\b|--mode random|numgen random"),
    ("bandwidth", r"\b(rate|tbf|htb)\b"),
)


@CAUSES.enter("network-degraded")
class NetworkDegraded(Cause):
    """What a pod or node sends is delayed, partly lost, or held to a low rate.

    Requests are slow or fail now and then, and deadlines that are tight are missed. The kernel's queueing discipline
    (`tc qdisc show`) at that link says so, or a packet filter's rule that drops at random; a bandwidth annotation
    (kubernetes.io/egress-bandwidth) sets one too.
    """

    layer: ClassVar[Layer] = Layer.NETWORK
    outranks: ClassVar[frozenset[str]] = UNREACHED

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each link with such a discipline."""
        for rule in symptoms.of("packet-rules"):
            if rule.facts["effect"] == "drops":
                continue
            how = [name for name, words in _WORDS if re.search(words, rule.facts["rules"])]
            node = rule.object.removeprefix("node/") if rule.object.startswith("node/") else ""
            if _meant(scene, rule, node):
                continue
            yield Suspicion(
                object=rule.object,
                confidence=0.9,
                supports=told(rule),
                explains=refs(hosted(scene, node)) if node else [],
                facts={"how": ", ".join(how), "rules": rule.facts["rules"]},
            )
        if not symptoms.of("packet-rules"):
            yield from _late(scene, symptoms)


def _late(scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
    """Pods to which, or from which, every connection is made late, while others are in time."""
    slow = symptoms.of("connection-slow")
    for pod in dict.fromkeys(ref for each in slow for ref in (each.facts["to"], each.facts["from"])):
        own = [each for each in requests(scene) if pod in (each.origin, each.target) and each.connect_seconds]
        late = [each for each in slow if pod in (each.facts["from"], each.facts["to"])]
        others = [each for each in requests(scene) if each not in own and each.connect_seconds]
        if not pod.startswith("pod/") or len(late) < max(2, len(own)):
            continue
        in_time = [each.told for each in others if (each.connect_seconds or 0) <= USUAL_SECONDS_MAX]
        yield Suspicion(
            object=pod,
            confidence=0.85 if in_time else 0.6,
            supports=[*told(*late), *in_time[:1]],
            decides="tc qdisc show, in the pod's network and at its node's end",
            facts={"how": "delay"},
        )


def _meant(scene: Scene, rule: Symptom, node: str) -> bool:
    """Whether somebody wants it so: a pod asks for its bandwidth, a node shares out its link and all is well there."""
    if "netem" in rule.facts["rules"]:
        return False
    if node:
        return not {pod.metadata.name for pod in ailing(scene)} & {pod.metadata.name for pod in hosted(scene, node)}
    pod = scene.named("pods", Pod, rule.object.removeprefix("pod/"))
    return pod is not None and any(key.endswith("-bandwidth") for key in pod.metadata.annotations)
