"""Cause: the cluster's DNS answers names of Services wrongly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from harness.diagnose.ailing import NAMES, ailing, complaints
from harness.diagnose.consequences import UNWELL
from harness.diagnose.symptoms.dns import OBJECT
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.network import Service
from harness.model.scene import Look, Scene
from harness.registry import CAUSES

_WRONG = ("wrong-answer", "no-plugin", "rewritten")
_DENIED = re.compile(r"no such host|nxdomain|not known|not found|bad address|enotfound", re.IGNORECASE)


@CAUSES.enter("dns-wrong")
class DnsWrong(Cause):
    """The cluster's DNS runs and answers, and denies a Service that exists or gives it another address.

    Mostly its Corefile (ConfigMap coredns in kube-system) was edited: a template, rewrite or hosts block that catches
    the name, or a `kubernetes` plugin that is gone or serves another zone. Put the Corefile right; CoreDNS reads it
    anew within two minutes.
    """

    layer: ClassVar[Layer] = Layer.NETWORK
    outranks: ClassVar[frozenset[str]] = UNWELL | {"object-missing", "network-partition"}
    decided_by: ClassVar[frozenset[str]] = frozenset({"dns-query"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """A wrong answer, a Corefile that gives one, or pods that are denied a Service that exists."""
        found = [each for each in symptoms.of("dns") if each.facts["problem"] in _WRONG]
        down = [each for each in symptoms.of("dns") if each.facts["problem"] not in _WRONG]
        struck = _struck(scene, symptoms)
        if not found and (down or not struck):
            return
        right = [] if found else [_answered(look) for look in scene.looked("dns-query") if look.facts.get("answer")]
        yield Suspicion(
            object=OBJECT,
            confidence=0.95 if found else 0.35 if right else 0.8,
            supports=[*told(*found), *(words for said in struck.values() for words in said)][:4],
            contradicts=right[:2],
            explains=sorted(struck),
            decides="ask for the name from a pod: nslookup SERVICE.NAMESPACE.svc.cluster.local, and read the Corefile",
            facts={"namespace": "kube-system", "configmap": "coredns"},
        )


def _answered(look: Look) -> str:
    return f"{look.about} is {look.facts['answer']} ({look.source or 'a DNS query'})"


def _struck(scene: Scene, symptoms: Symptoms) -> dict[str, list[str]]:
    """The pods that are told that a Service of the namespace does not exist, with their words."""
    services = [each.metadata.name for each in scene.all("services", Service)]
    found = {}
    for pod in ailing(scene):
        said = [words for words in complaints(scene, symptoms, pod, NAMES) if _DENIED.search(words)]
        named = [words for words in said if any(_is_named(name, words, scene.namespace) for name in services)]
        if named:
            found[f"pod/{pod.metadata.name}"] = named[:1]
    return found


def _is_named(service: str, words: str, namespace: str) -> bool:
    own = rf"(\.{re.escape(namespace)}(\.svc[\w.-]*)?)?"
    return re.search(rf"(?<![\w.-]){re.escape(service)}{own}(?![\w-]|\.\w)", words) is not None
