"""The cluster's DNS: who answers, what it was told to answer, and what it answered. Says nothing of why."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.diagnose.symptoms.no_endpoints import SERVICE_LABEL
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.network import EndpointSlice, Service
from harness.model.full.pods import Pod
from harness.model.scene import Look, Scene
from harness.registry import SYMPTOMS

OBJECT = "service/kube-dns.kube-system"
_LABEL = "kube-dns"
_BLOCK = re.compile(r"^[ \t]*(template|rewrite|hosts)\b([^\n{]*)(\{[^}]*\})?", re.MULTILINE)
_PLUGIN = re.compile(r"^[ \t]*kubernetes\b([^\n{]*)", re.MULTILINE)
_NO_ANSWER = ("no answer", "timeout", "timed out", "refused", "unreachable", "SERVFAIL")


@SYMPTOMS.enter("dns")
class Dns(SymptomReader):
    """What is wrong with the cluster's DNS (Service kube-dns): fact `problem`, object `service/kube-dns.kube-system`.

    no-endpoints (none of its pods is ready), no-answer and wrong-answer (of queries that were sent; facts `name`,
    `answer`, `expected`), no-plugin (its Corefile serves no Services), rewritten (the Corefile answers this namespace's
    names by a rule). A cluster without that Service has another DNS, or none, and nothing is told.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each thing that is wrong."""
        service = next((s for s in scene.elsewhere("services", Service) if s.metadata.name == _LABEL), None)
        if service is not None:
            yield from _endpoints(scene)
            for look in scene.looked("corefile"):
                yield from _corefile(scene, look)
        queries = scene.looked("dns-query")
        answered = any(look.facts.get("answer") for look in queries)
        for look in queries:
            if not (answered and _is_silence(look)):  # another one was answered: it is the way there, not the DNS
                yield from _query(scene, look)


def _endpoints(scene: Scene) -> Iterator[Symptom]:
    slices = [
        each
        for each in scene.elsewhere("endpointslices", EndpointSlice)
        if each.metadata.labels.get(SERVICE_LABEL) == _LABEL
    ]
    pods = [pod for pod in scene.elsewhere("pods", Pod) if pod.metadata.labels.get("k8s-app") == _LABEL]
    endpoints = [endpoint for each in slices for endpoint in each.endpoints or []]
    ready = sum(endpoint.conditions.ready is not False for endpoint in endpoints)
    read = bool(slices) or "pods" in scene.around
    if ready or any(pod.ready and pod.active for pod in pods) or not read:
        return
    states = ", ".join(f"{pod.metadata.name} {_state(pod)}" for pod in pods) or "it has no pod"
    yield _told(
        "no-endpoints", f"no pod of the cluster's DNS is ready: {states}", "endpointslices of kube-system/kube-dns"
    )


def _state(pod: Pod) -> str:
    waiting = next((c.state.waiting.reason for c in pod.status.container_statuses if c.state.waiting), "")
    return "Terminating" if pod.terminating else waiting or pod.status.phase or "not ready"


def _corefile(scene: Scene, look: Look) -> Iterator[Symptom]:
    text, source = look.facts.get("Corefile", ""), look.source or "configmap kube-system/coredns"
    if not text:
        return
    if not _PLUGIN.search(text):
        yield _told("no-plugin", "the Corefile has no `kubernetes` plugin: no Service has a name", source)
    for found in _BLOCK.finditer(text):
        words = " ".join(found.group(0).split())
        # names are written as patterns, their dots escaped
        if f".{scene.namespace}.svc." in words.replace("\\", ""):
            yield _told("rewritten", f"the Corefile answers names of this namespace by a rule: {words[:200]}", source)


def _query(scene: Scene, look: Look) -> Iterator[Symptom]:
    name, answer, error = look.about, look.facts.get("answer", ""), look.facts.get("error", "")
    source = look.source or f"a DNS query for {name}"
    if _is_silence(look):
        yield _told(
            "no-answer", f"the cluster's DNS does not answer for {name}: {error}", source, name=name, answer=error
        )
        return
    service = _service_named(scene, name)
    if service is None or not (answer or error):
        return
    expected = service.spec.cluster_ip
    wrong = error or (answer if expected not in ("", "None") and expected not in answer else "")
    if wrong:
        text = f"the cluster's DNS says {wrong} of {name}, which is Service {service.metadata.name} ({expected})"
        yield _told("wrong-answer", text, source, name=name, answer=wrong, expected=expected)


def _is_silence(look: Look) -> bool:
    return any(words.lower() in look.facts.get("error", "").lower() for words in _NO_ANSWER)


def _service_named(scene: Scene, name: str) -> Service | None:
    """The Service of the namespace that a full or short name means; one without pods may have no address."""
    first, _, rest = name.rstrip(".").partition(".")
    if rest and not rest.startswith(scene.namespace):
        return None
    found = scene.named("services", Service, first)
    return None if found is None or found.spec.type == "ExternalName" or found.spec.cluster_ip == "None" else found


def _told(problem: str, text: str, source: str, **facts: str) -> Symptom:
    return Symptom(kind="dns", object=OBJECT, text=text, source=source, facts={"problem": problem, **facts})
