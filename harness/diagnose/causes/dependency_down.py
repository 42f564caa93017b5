"""The cause `dependency-down`: what an application cannot do without, behind a Service, does not answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from harness.diagnose.probes import failing
from harness.diagnose.symptoms.no_endpoints import ready_endpoints, selected
from harness.diagnose.telling import objects, owner_of, told
from harness.diagnose.tried import requests
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.full.network import Service
from harness.model.scene import Scene
from harness.registry import CAUSES

_LOST = ("refused", "timeout", "no-such-host", "error")
_REFUSED = re.compile(r"refused", re.IGNORECASE)


@CAUSES.enter("dependency-down")
class DependencyDown(Cause):
    """The application needs another Service, and that one has nobody who answers, in the namespace or outside of it.

    What is to be mended is the other; this application recovers with it. A liveness probe that checks a dependency
    makes it worse: it restarts a program that is well.
    """

    layer = Layer.APPLICATION
    decided_by = frozenset({"request"})
    outranks = frozenset({"application-crash", "application-not-ready", "application-hang"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Workloads in trouble whose logs or probes name a Service that has no ready endpoint."""
        struck = {each.object for each in symptoms.troubles if each.object.startswith("pod/")}
        struck |= {f"pod/{found.pod.metadata.name}" for found in failing(scene, symptoms, "readiness", "liveness")}
        for service, state in _lost(scene):
            name = service.metadata.name
            behind = {f"pod/{pod.metadata.name}" for pod in selected(scene, service) if service.spec.selector}
            said = [*_words(symptoms, service), *_checks(scene, symptoms, service)]
            words = [each for each in said if each.object in struck - behind and (not state.answers or _refused(each))]
            for owner in sorted({owner_of(scene, each.object) for each in words}):
                mine = [each for each in words if owner_of(scene, each.object) == owner]
                tried = requests(scene, target=f"service/{name}")
                failed, reached = ([each.told for each in tried if bool(each.error) is bad] for bad in (True, False))
                yield Suspicion(
                    object=owner,
                    confidence=0.3 if reached else 0.9 if failed else 0.75,
                    supports=[*told(*mine), state.told, *failed[:2]],
                    contradicts=reached[:2],
                    explains=objects(mine),
                    decides=f"ask service/{name} from one of the pods",
                    facts={"service": name},
                )


class _State(NamedTuple):
    """What is behind a Service: whether it has addresses, and the sentence about it."""

    answers: bool
    told: str


def _lost(scene: Scene) -> Iterator[tuple[Service, _State]]:
    """The Services without a ready endpoint, and those whose addresses are not of pods: nobody says how these are."""
    for service in scene.all("services", Service):
        name, selects = service.metadata.name, bool(service.spec.selector)
        ready = bool(ready_endpoints(scene, service))
        if not ready and (selects or scene.saw("endpointslices")) and service.spec.type != "ExternalName":
            yield service, _State(False, f"service/{name} has no ready endpoint (EndpointSlices)")
        elif ready and not selects:
            words = f"service/{name} selects no pods: what runs at its addresses is not of this cluster's making"
            yield service, _State(True, f"{words} (EndpointSlices)")


def _refused(symptom: Symptom) -> bool:
    """Whether somebody was there and said no: a time-out may as well be the way to it."""
    return symptom.facts.get("class") == "refused" or _REFUSED.search(symptom.facts.get("message", "")) is not None


def _words(symptoms: Symptoms, service: Service) -> Iterator[Symptom]:
    """Log lines and probe messages that name the Service as whom they could not reach."""
    name, address = service.metadata.name, service.spec.cluster_ip
    for each in symptoms.of("log-error"):
        hosts = each.facts["hosts"].split(",")
        if each.facts["class"] in _LOST and any(
            host in (name, address) or host.startswith(f"{name}.") for host in hosts
        ):
            yield each
    for each in symptoms.of("probe-failed"):
        if f"//{name}" in each.facts["message"] or (address not in ("", "None") and address in each.facts["message"]):
            yield each


def _checks(scene: Scene, symptoms: Symptoms, service: Service) -> Iterator[Symptom]:
    """Failures of probes whose own command asks the Service: by name, address, or the variable that Kubernetes sets."""
    name, address = service.metadata.name, service.spec.cluster_ip
    variable = f"{name.upper().replace('-', '_')}_SERVICE_HOST"
    asks = re.compile(rf"\b{variable}\b|(?<![\w.-]){re.escape(name)}(?=[.:/])|(?<![\w.]){re.escape(address or name)}:")
    for found in failing(scene, symptoms, "readiness", "liveness", "startup"):
        if found.probe.exec_ is not None and asks.search(" ".join(found.probe.exec_.command)):
            yield from found.failures
