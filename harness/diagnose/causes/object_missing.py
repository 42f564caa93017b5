"""The cause `object-missing`: something that a workload refers to and that is not there any more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.diagnose.probes import failing
from harness.diagnose.telling import owner_of, told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.network import Service
from harness.model.full.pods import Container, KeyRef, Pod
from harness.model.full.workloads import Keys, Workload
from harness.model.full.workloads import Named as Present
from harness.model.scene import Scene
from harness.registry import CAUSES

_SURE = {"configmap": 0.9, "secret": 0.9, "serviceaccount": 0.8}
_SERVICE_PARTS = 2
"""A name of one or two parts is a Service of this or another namespace, one of more may be anybody's."""
_VARIABLE = re.compile(r"\b([A-Z][A-Z0-9_]*)_SERVICE_HOST\b")
_CLAIM = re.compile(r"persistentvolumeclaim \"([^\"]+)\" not found")


@CAUSES.enter("object-missing")
class ObjectMissing(Cause):
    """An object that a workload needs is not there: a ConfigMap, Secret, Service, claim or account was deleted.

    Pods that run may not notice before they are started again or look the name up. Create it again from where it is
    declared.
    """

    layer = Layer.CONFIGURATION
    outranks = frozenset({"application-crash", "application-not-ready"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """What running pods refer to, what StatefulSets are named by, and what logs look up in vain."""
        yield from self._referred(scene)
        yield from self._governing(scene)
        yield from self._looked_up(scene, symptoms)
        yield from self._asked(scene, symptoms)
        yield from self._claimed(scene, symptoms)

    def _referred(self, scene: Scene) -> Iterator[Suspicion]:
        users: dict[tuple[str, str], list[str]] = {}
        for pod in scene.pods:
            runs = pod.active and any(each.state.running for each in pod.status.container_statuses)
            for kind, name in sorted(set(_references(pod))) if runs else []:
                users.setdefault((kind, name), []).append(f"pod/{pod.metadata.name}")
        for (kind, name), pods in users.items():
            if scene.saw(f"{kind}s") and _is_missing(scene, kind, name):
                owners = sorted({owner_of(scene, pod) for pod in pods})
                yield Suspicion(
                    object=f"{kind}/{name}",
                    confidence=_SURE[kind],
                    supports=[f"{', '.join(owners)} refers to {kind} {name}, which is not there (spec of {pods[0]})"],
                    explains=[],
                    facts={"kind": kind, "name": name, "users": ",".join(owners)},
                )

    def _governing(self, scene: Scene) -> Iterator[Suspicion]:
        for each in scene.all("statefulsets", Workload) if scene.saw("services") else []:
            name = each.spec.service_name
            if name and scene.named("services", Service, name) is None:
                ref = f"statefulset/{each.metadata.name}"
                yield Suspicion(
                    object=f"service/{name}",
                    confidence=0.75,
                    supports=[
                        f"{ref} is governed by Service {name}, which is not there: its pods have no names in DNS"
                    ],
                    facts={"kind": "service", "name": name, "users": ref},
                )

    def _looked_up(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        troubled = {each.object for each in symptoms.troubles}
        for each in symptoms.of("log-error") if scene.saw("services") else []:
            service = _service_in(each.facts["unresolved"], scene.namespace)
            if service and each.object in troubled and scene.named("services", Service, service) is None:
                yield Suspicion(
                    object=f"service/{service}",
                    confidence=0.8,
                    supports=[*told(each), f"there is no Service {service} (Services of the namespace)"],
                    explains=[each.object],
                    facts={"kind": "service", "name": service, "users": owner_of(scene, each.object)},
                )

    def _asked(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        names = {_variable(each.metadata.name): each for each in scene.all("services", Service)}
        for found in failing(scene, symptoms, "readiness", "liveness") if scene.saw("services") else []:
            command = " ".join(found.probe.exec_.command) if found.probe.exec_ else ""
            for variable in _VARIABLE.findall(command):
                if variable not in names:
                    name = variable.lower().replace("_", "-")
                    pod = f"pod/{found.pod.metadata.name}"
                    yield Suspicion(
                        object=f"service/{name}",
                        confidence=0.85,
                        supports=[
                            f"the probe asks Service {name}, which is not there (spec of {pod})",
                            *told(*found.failures),
                        ],
                        explains=[pod],
                        facts={"kind": "service", "name": name, "users": owner_of(scene, pod)},
                    )

    def _claimed(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        for each in symptoms.of("scheduling-failed"):
            for claim in _CLAIM.findall(" ".join(each.facts)):
                yield Suspicion(
                    object=f"persistentvolumeclaim/{claim}",
                    confidence=0.9,
                    supports=told(each),
                    explains=[each.object],
                    since=each.at,
                    facts={"kind": "persistentvolumeclaim", "name": claim, "users": owner_of(scene, each.object)},
                )


def _variable(service: str) -> str:
    """The first part of the variables that Kubernetes sets for a Service in the pods of its namespace."""
    return service.upper().replace("-", "_")


def _service_in(host: str, namespace: str) -> str:
    """The Service of this namespace that a host name means; an empty string for any other host."""
    parts = host.split(".")
    mine = len(parts) == 1 or parts[1] == namespace
    inside = len(parts) <= _SERVICE_PARTS or parts[2] == "svc"
    return parts[0] if mine and inside and not parts[0].isdigit() else ""


def _is_missing(scene: Scene, kind: str, name: str) -> bool:
    if kind == "serviceaccount":
        return scene.named("serviceaccounts", Present, name) is None
    return scene.named(f"{kind}s", Keys, name) is None


def _references(pod: Pod) -> Iterator[tuple[str, str]]:
    """The ConfigMaps, Secrets and the account that a pod cannot be started without."""
    if pod.spec.service_account_name:
        yield "serviceaccount", pod.spec.service_account_name
    for volume in pod.spec.volumes:
        if volume.config_map and not volume.config_map.optional:
            yield "configmap", volume.config_map.name
        if volume.secret and not volume.secret.optional:
            yield "secret", volume.secret.secret_name
    for container in [*pod.spec.init_containers, *pod.spec.containers]:
        for kind, ref in _keys(container):
            if ref is not None and not ref.optional:
                yield kind, ref.name


def _keys(container: Container) -> Iterator[tuple[str, KeyRef | None]]:
    for variable in container.env:
        if variable.value_from is not None:
            yield "configmap", variable.value_from.config_map_key_ref
            yield "secret", variable.value_from.secret_key_ref
    for whole in container.env_from:
        yield "configmap", whole.config_map_ref
        yield "secret", whole.secret_ref
