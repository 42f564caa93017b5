"""Cause: NetworkPolicies let no traffic through where it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.ailing import NAMES, SILENCE, ailing, complaints
from harness.diagnose.consequences import UNREACHED
from harness.diagnose.telling import objects, told
from harness.diagnose.tried import Request, requests
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.full.network import Service
from harness.model.scene import Scene
from harness.registry import CAUSES


@CAUSES.enter("network-policy-denies")
class NetworkPolicyDenies(Cause):
    """The NetworkPolicies that select these pods, taken together, let nobody in, or nothing out.

    Packets are dropped without a word, so clients wait until they time out; the kubelet's own probes mostly pass, and
    the pods look healthy. Add a rule that allows what is needed (and port 53 for DNS), or remove the policy. A network
    plug-in that does not enforce policies lets all pass all the same.
    """

    layer: ClassVar[Layer] = Layer.NETWORK
    outranks: ClassVar[frozenset[str]] = UNREACHED | {"network-partition", "dns-wrong", "kube-proxy-down"}
    decided_by: ClassVar[frozenset[str]] = frozenset({"request"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Each set of policies that shuts off pods behind a Service, or pods that wait for an answer."""
        groups: dict[str, list[Symptom]] = {}
        for each in symptoms.of("network-policy"):
            groups.setdefault(each.facts["policies"], []).append(each)
        struck = _struck(scene, symptoms)
        served = _served(scene)
        for policies, found in groups.items():
            shut = set(objects(found))
            inward = {each.object for each in found if each.facts["direction"] == "Ingress"}
            waiting = {ref: words for ref, words in struck.items() if ref in shut or inward & served}
            if not waiting and not inward & served:
                continue
            tried = [each for ref in sorted(inward) for each in requests(scene, target=ref) if _is_pod(each)]
            reached, silent = ([each.told for each in tried if each.silent is how] for how in (False, True))
            yield Suspicion(
                object=f"networkpolicy/{policies.split(', ')[0]}",
                confidence=0.2 if reached else 0.95 if silent else 0.9 if waiting else 0.65,
                supports=[*told(*found), *(words for said in waiting.values() for words in said[:1]), *silent[:2]],
                contradicts=reached[:2],
                explains=sorted(shut | set(waiting)),
                decides="connect to a shut pod from another one, and once more without the policy",
                facts={"policies": policies},
            )


def _is_pod(tried: Request) -> bool:
    """Whether a pod asked, or a helper pod: policies let a node through to its own pods."""
    return not tried.origin.startswith("node/")


def _struck(scene: Scene, symptoms: Symptoms) -> dict[str, list[str]]:
    """The pods that are not well and say that nobody answers them."""
    found = {}
    for pod in ailing(scene):
        said = complaints(scene, symptoms, pod, SILENCE) or complaints(scene, symptoms, pod, NAMES)
        if said:
            found[f"pod/{pod.metadata.name}"] = said
    return found


def _served(scene: Scene) -> set[str]:
    """The pods that a Service selects: somebody is meant to reach them."""
    selectors = [each.spec.selector.items() for each in scene.all("services", Service) if each.spec.selector]
    return {
        f"pod/{pod.metadata.name}"
        for pod in scene.pods
        if any(each <= pod.metadata.labels.items() for each in selectors)
    }
