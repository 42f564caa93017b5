"""A toy cluster: the pods, statuses and Events that follow from declared objects, so that a patch has consequences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from diagnose.scenes import (
    NAMESPACE,
    Document,
    changed,
    deployment,
    endpoints,
    event,
    owned,
    pod,
    ready,
    scene,
    unready,
    waiting,
)
from diagnose.surroundings import unschedulable

from advise.toy_admission import refusal, used
from advise.toy_scheduler import place
from harness.model.advice import Patch, Way
from harness.model.patch import merge
from harness.model.scene import Look, Scene


class Life(NamedTuple):
    """How a container's program does: its pod's status, and Events about the pod."""

    status: Document | None = None
    events: tuple[tuple[str, str], ...] = ()


WELL = Life()
Program = Callable[[Document], Life]


def stand(declared: list[Document], program: Program = lambda _spec: WELL, looks: list[Look] | None = None) -> Scene:
    """The scene that follows from what is declared; `program` tells from a pod's spec how it does."""
    found: list[Document] = []
    for document in declared:
        if document["kind"] == "Deployment":
            found += _deployed(document, declared, program)
        else:
            found.append(_adopted(document, declared) if document["kind"] == "Pod" else document)
    pods = [each for each in found if each["kind"] == "Pod"]
    found += [_endpoints(each, pods) for each in declared if each["kind"] == "Service"]
    return scene(*[_with_status(each, pods) for each in found], looks=looks)


def declare(*containers: Document, name: str = "web", replicas: int = 1, **spec: Any) -> Document:
    """A Deployment as a person writes it."""
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": list(containers), **spec}}
    meta = {"name": name, "namespace": NAMESPACE, "uid": f"uid-{name}", "generation": 1}
    return {
        "kind": "Deployment",
        "metadata": meta,
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template},
    }


def patched(declared: list[Document], patch: Patch) -> list[Document]:
    """The objects with a patch applied as the API server does it: by strategic merge, by JSON merge, or whole."""
    kind, _, name = patch.object.partition("/")
    if patch.way is Way.APPLY:
        made = {**patch.body, "metadata": {"uid": f"uid-{name}", **patch.body["metadata"]}}
        return [*(each for each in declared if not _is(each, kind, name)), _with_keys(made)]
    combine = merge if patch.way is Way.STRATEGIC else json_merge
    met = [each for each in declared if _is(each, kind, name)]
    assert met, f"{patch.object} is not there"
    return [_with_keys(combine(each, patch.body)) if _is(each, kind, name) else each for each in declared]


def json_merge(target: Any, patch: Any) -> Any:
    """RFC 7396: lists are replaced, null removes."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = json_merge(merged.get(key), value)
    return merged


def _with_keys(document: Document) -> Document:
    """A ConfigMap or Secret as a scene has it: the names of its keys."""
    if document["kind"] not in ("ConfigMap", "Secret"):
        return document
    more = {**document.get("data", {}), **document.get("stringData", {})}
    return {**document, "keys": [*document.get("keys", []), *more]}


def _is(document: Document, kind: str, name: str) -> bool:
    return (document["kind"].lower(), document["metadata"]["name"]) == (kind, name)


def _deployed(declared: Document, around: list[Document], program: Program) -> list[Document]:
    spec, name = declared["spec"], declared["metadata"]["name"]
    template = spec["template"]["spec"]
    refused = refusal(declared, around)
    pods: list[Document] = []
    events: list[Document] = []
    for number in range(0 if refused else spec["replicas"]):
        one, said = _pod(f"{name}-{number}", template, pods, around, program)
        one["metadata"]["labels"] = dict(spec["template"]["metadata"]["labels"])
        pods.append(one)
        events += said
    whole = deployment(*pods, name=name, replicas=spec["replicas"])
    whole[0] = changed({**declared, "status": whole[0]["status"]}, {})
    whole[1] = changed(whole[1], {"spec": {"template": spec["template"]}})
    if refused:
        events.append(event(whole[1], "FailedCreate", f"Error creating: {refused}"))
    if spec.get("paused"):
        whole[0] = changed(whole[0], {"status": {"updatedReplicas": 0}})
    return [*whole, *events]


def _pod(
    name: str, spec: Document, others: list[Document], around: list[Document], program: Program
) -> tuple[Document, list[Document]]:
    node, why = (spec["nodeName"], "") if "nodeName" in spec else place(spec, others, around)
    containers = spec["containers"]
    rest = {key: value for key, value in spec.items() if key != "containers"}
    if not node:
        return unschedulable(name, why, containers=containers, **rest), []
    missing = next(_missing(containers, around), "")
    if missing:
        held = waiting("CreateContainerConfigError", missing)
        return pod(name, status=unready(held), containers=containers, **{**rest, "nodeName": node}), []
    life = program(spec)
    one = pod(name, status=life.status, containers=containers, **{**rest, "nodeName": node})
    return one, [event(one, reason, message, ago_seconds=5) for reason, message in life.events]


def _missing(containers: list[Document], around: list[Document]) -> Iterator[str]:
    """What the kubelet says of a key of a ConfigMap that is not there."""
    for variable in (each for container in containers for each in container.get("env", [])):
        ref = variable.get("valueFrom", {}).get("configMapKeyRef")
        if ref is None:
            continue
        there = next((each for each in around if _is(each, "configmap", ref["name"])), None)
        if there is None:
            yield f'configmap "{ref["name"]}" not found'
        elif ref["key"] not in there["keys"]:
            yield f"couldn't find key {ref['key']} in ConfigMap {NAMESPACE}/{ref['name']}"


def _endpoints(service: Document, pods: list[Document]) -> Document:
    selector = service["spec"].get("selector") or {"": ""}
    mine = [each for each in pods if selector.items() <= each["metadata"]["labels"].items()]
    return endpoints(service["metadata"]["name"], *mine)


def _with_status(document: Document, pods: list[Document]) -> Document:
    if document["kind"] == "PodDisruptionBudget":
        return {**document, "status": _budget(document["spec"], pods)}
    if document["kind"] == "ResourceQuota":
        hard = document["spec"]["hard"]
        return {**document, "status": {"hard": hard, "used": {key: used(key, pods) for key in hard}}}
    return document


def _budget(spec: Document, pods: list[Document]) -> Document:
    healthy = sum(any(c == ready() or c["status"] == "True" for c in each["status"]["conditions"]) for each in pods)
    least = spec["minAvailable"] if "minAvailable" in spec else len(pods) - spec["maxUnavailable"]
    return {
        "expectedPods": len(pods),
        "currentHealthy": healthy,
        "desiredHealthy": least,
        "disruptionsAllowed": max(0, healthy - least),
    }


def _adopted(document: Document, declared: list[Document]) -> Document:
    """A pod that nobody controls and that has the labels of a StatefulSet: its controller takes it for its own."""
    labels = document["metadata"]["labels"].items()
    sets = [each for each in declared if each["kind"] == "StatefulSet"]
    fit = [each for each in sets if each["spec"]["selector"]["matchLabels"].items() <= labels]
    return owned(document, fit[0]) if fit and "ownerReferences" not in document["metadata"] else document
