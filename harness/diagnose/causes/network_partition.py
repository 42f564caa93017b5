"""Cause: packets between pods, or to a node, are dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.ailing import SILENCE, ailing, complaints
from harness.diagnose.asked import asked_services
from harness.diagnose.consequences import NODE_LOST, UNREACHED
from harness.diagnose.nodes import hosted, refs
from harness.diagnose.symptoms.no_endpoints import ready_endpoints
from harness.diagnose.telling import told
from harness.diagnose.tried import requests
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.full.network import Service
from harness.model.scene import Scene
from harness.registry import CAUSES

_TO_ITSELF = re.compile(
    r"Client\.Timeout exceeded|(liveness|readiness|startup) probe [^:]*: (Get|dial tcp)", re.IGNORECASE
)
"""The kubelet's own request to the pod: that it waits for an answer says nothing of pods among themselves."""


@CAUSES.enter("network-partition")
class NetworkPartition(Cause):
    """Two parts of the network do not reach one another, though both of them run.

    Packets are dropped by a rule or lost on the way, so connections time out instead of being refused. Between pods it
    is a packet rule, a security group or a broken network plug-in; between a node and the API server it makes the node
    look lost while its pods run on.
    """

    layer: ClassVar[Layer] = Layer.NETWORK
    outranks: ClassVar[frozenset[str]] = NODE_LOST | UNREACHED | {"kubelet-certificate-expired"}
    decided_by: ClassVar[frozenset[str]] = frozenset({"request", "dns-query"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Rules that drop packets; connections that were tried; pods that get no answer from a Service that is up."""
        dropping = [each for each in symptoms.of("packet-rules") if each.facts["effect"] == "drops"]
        tried = [each for each in symptoms.of("connection-failed") if SILENCE.search(each.facts["error"])]
        silent = _silent(scene, symptoms)
        for rule in dropping:
            node = rule.object.removeprefix("node/") if rule.object.startswith("node/") else ""
            conditions = [each for each in symptoms.of("node-condition", about=rule.object) if _unheard(each)]
            if node and not ((conditions and _runs(symptoms, rule.object)) or silent or tried):
                continue  # nodes have firewalls
            yield Suspicion(
                object=rule.object,
                confidence=0.95,
                supports=told(rule, *conditions, *tried),
                explains=[*(refs(hosted(scene, node)) if node else []), *silent],
                facts={"rules": rule.facts["rules"]},
            )
        for each in [] if dropping else tried:
            yield from _unanswered(scene, each)
        for ref, (confidence, words) in silent.items() if not dropping and not tried else ():
            answered = [each.told for each in requests(scene, origin=ref) if not each.error]
            reached = [each.told for each in requests(scene, origin="a helper pod") if not each.error]
            yield Suspicion(
                object=ref,
                confidence=0.25 if answered else confidence + 0.1 * bool(reached),
                supports=[*words, *reached[:2]],
                contradicts=answered[:2],
                decides="connect from this pod to the address of a pod behind the Service, then to the Service's own",
            )


def _unanswered(scene: Scene, failed: Symptom) -> Iterator[Suspicion]:
    """Where the way ends: at who asks if another one was answered, at who was asked if nobody is answered."""
    origin, target = failed.facts["from"], failed.facts["to"]
    service = scene.named("services", Service, target.removeprefix("service/").partition(".")[0])
    if service is not None and not target.startswith("pod/") and not ready_endpoints(scene, service):
        return  # nobody is there who could answer
    to_it = requests(scene, target=target)
    answered = [each for each in to_it if not each.silent]
    behind = [each for each in requests(scene, origin=origin) if each.target.startswith("pod/")]
    if not target.startswith("pod/") and behind and not any(each.silent for each in behind):
        return  # every pod answers, only the Service's address does not: that is how it is programmed
    others = [each for each in to_it if each.origin != origin]
    if answered and origin.startswith(("pod/", "node/")):
        supports = [*told(failed), *(each.told for each in answered[:2])]
        yield Suspicion(object=origin, confidence=0.92, supports=supports, facts=failed.facts)
    elif not answered and others and target.startswith("pod/"):
        yield Suspicion(object=target, confidence=0.75, supports=told(failed), facts=failed.facts)
    elif not others and origin.startswith(("pod/", "node/")):
        yield Suspicion(object=origin, confidence=0.8, supports=told(failed), facts=failed.facts)


def _unheard(symptom: Symptom) -> bool:
    return (symptom.facts["condition"], symptom.facts["status"]) == ("Ready", "Unknown")


def _runs(symptoms: Symptoms, node: str) -> bool:
    """Whether nothing is known of a kubelet that stands still: that would be why it is not heard."""
    stopped = symptoms.of("process-stopped", about=node)
    return not any(each.facts["process"] == "kubelet" for each in stopped)


def _silent(scene: Scene, symptoms: Symptoms) -> dict[str, tuple[float, list[str]]]:
    """The pods that run and get no answer, with how sure that is: surer where they ask a Service that is up."""
    found = {}
    for pod in ailing(scene):
        if pod.status.phase != "Running":
            continue
        said = [words for words in complaints(scene, symptoms, pod, SILENCE) if not _TO_ITSELF.search(words)]
        asked = asked_services(scene, pod, " ".join(said))
        up = [each.metadata.name for each in asked if ready_endpoints(scene, each)]
        if said and up:
            fact = f"Service {up[0]}, which it asks, has ready endpoints (endpointslices)"
            found[f"pod/{pod.metadata.name}"] = (0.65, [*said, fact])
        elif said and not asked and any("TIMEOUT" in words or "i/o timeout" in words for words in said):
            found[f"pod/{pod.metadata.name}"] = (0.45, said)
    return found
