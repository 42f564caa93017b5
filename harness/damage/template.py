"""One field of a workload's pod template changed and put back: what the faults that roll out a bad template share."""

from __future__ import annotations

from typing import Any

from harness.faults.site import Plan, Site, Touch
from harness.kube import actions
from harness.model.errors import InjectionFailed, UndoFailed
from harness.model.timeline import Anchor
from harness.model.units import Ref

Container = dict[str, Any]


def plan_change(site: Site, of: Ref, container_name: str, field: str, value: Any) -> Plan:
    """Plan to set `field` of a container in the pod template of `of` to `value` (None removes it)."""
    if of.kind not in ("deployment", "statefulset", "daemonset"):
        raise InjectionFailed(f"of: {of} has no pod template; accepted is deployment/, statefulset/ or daemonset/NAME")
    workload = actions.get(site.client, f"{of.kind}s", of.name, site.namespace)
    containers: list[Container] = workload["spec"]["template"]["spec"]["containers"]
    position = _position(of, containers, container_name)
    token = {
        "namespace": site.namespace,
        "resource": f"{of.kind}s",
        "name": of.name,
        "uid": workload["metadata"]["uid"],
        "generation": workload["metadata"].get("generation", 0),
        "container": containers[position]["name"],
        "field": field,
        "before": containers[position].get(field),
        "after": value,
        "pods": [pod.metadata.uid for pod in site.picture.pods()],
    }
    deed = f"set {field} of container {token['container']}"
    return Plan([Touch(f"{of.kind}s", site.namespace, of.name, deed)], token)


def seen_in_event(token: dict[str, Any], words: str) -> Anchor:
    """The anchor of a bad template: an Event with these words about a pod that was not there before."""
    return Anchor("event", "events", f"{token['name']}-", text=words, apart_from=token["pods"])


def change(site: Site, token: dict[str, Any]) -> None:
    """Carry out a planned change."""
    _set(site, token, token["after"])


def restore(site: Site, token: dict[str, Any]) -> None:
    """Put the field back; a workload that is gone, or is another one by now, is left alone."""
    workload = actions.find(site.client, token["resource"], token["name"], token["namespace"])
    if workload is not None and workload["metadata"]["uid"] == token["uid"]:
        _set(site, token, token["before"])


def _set(site: Site, token: dict[str, Any], value: Any) -> None:
    workload = actions.get(site.client, token["resource"], token["name"], token["namespace"])
    containers: list[Container] = workload["spec"]["template"]["spec"]["containers"]
    names = [container["name"] for container in containers]
    if token["container"] not in names:
        raise UndoFailed(f"{token['resource']}/{token['name']} has no container {token['container']} any more")
    position = names.index(token["container"])
    if containers[position].get(token["field"]) == value:
        return
    root = f"/spec/template/spec/containers/{position}"
    patch: list[dict[str, Any]] = [{"op": "test", "path": f"{root}/name", "value": token["container"]}]
    if value is None:
        patch.append({"op": "remove", "path": f"{root}/{token['field']}"})
    else:
        patch.append({"op": "add", "path": f"{root}/{token['field']}", "value": value})
    actions.json_patch(site.client, token["resource"], token["name"], patch, token["namespace"])


def _position(of: Ref, containers: list[Container], name: str) -> int:
    for position, container in enumerate(containers):
        if name in ("", container["name"]):
            return position
    names = ", ".join(container["name"] for container in containers)
    raise InjectionFailed(f"container: {name!r} is not in {of}; accepted is one of {names}")
