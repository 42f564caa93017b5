"""The fields of an object that tell what Kubernetes did with it, and how two states differ. Knows no timeline."""

from __future__ import annotations

from typing import NamedTuple

from harness.model.objects import Claim, ContainerStatus, Endpoint, EndpointSlice, Lean, Node, ObjectMeta, Pod, Workload

CONTROLLER_TAINTS = "node.kubernetes.io/"
"""Taints that Kubernetes' own controllers set."""


class Difference(NamedTuple):
    """A field by its path, what it was and what it is; an empty string where it was not there."""

    path: str
    before: str
    after: str

    @property
    def words(self) -> str:
        """`status.readyReplicas 4 → 3`."""
        return f"{self.path} {self.before or 'unset'} → {self.after or 'unset'}"


def differences(before: Lean | None, after: Lean) -> list[Difference]:
    """What differs, the most telling field first; fields that change by themselves are left out."""
    old, new = facts(before) if before is not None else {}, facts(after)
    paths = dict.fromkeys([*new, *old])
    return [Difference(p, old.get(p, ""), new.get(p, "")) for p in paths if old.get(p, "") != new.get(p, "")]


def facts(thing: Lean) -> dict[str, str]:
    """Field by path, in the order in which they tell most.

    Left out are a workload's `availableReplicas` and conditions: they follow from minReadySeconds and
    progressDeadlineSeconds, so they change long after what caused it.
    """
    match thing:
        case Pod():
            return _of_pod(thing)
        case Workload():
            return _of_workload(thing)
        case Node():
            return _of_node(thing)
        case EndpointSlice():
            return {f"endpoints[{_whose(e)}]": _shape(e) for e in thing.endpoints or []}
        case Claim():
            return {"status.phase": thing.status.phase, "spec.volumeName": thing.spec.volume_name}
        case _:
            return {}


def writers(before: ObjectMeta | None, after: ObjectMeta) -> set[tuple[str, str]]:
    """Who wrote this state: manager and subresource of the managedFields entries that are new or newer.

    Their times have whole seconds, so a second write within one may not show.
    """
    known = set(before.managed_fields) if before is not None else set()
    return {(entry.manager, entry.subresource) for entry in after.managed_fields if entry not in known}


def _of_pod(pod: Pod) -> dict[str, str]:
    found = {
        "metadata.deletionTimestamp": "set" if pod.terminating else "",
        "spec.nodeName": pod.spec.node_name,
        "status.phase": pod.status.phase,
    }
    for status in pod.status.container_statuses:
        path = f"status.containerStatuses[{status.name}]"
        found[f"{path}.restartCount"] = str(status.restart_count)
        found[f"{path}.state"] = _state(status)
    ordered = sorted(pod.status.conditions, key=lambda condition: condition.type != "Ready")
    return found | {f"status.conditions[{c.type}]": c.status for c in ordered}


def _state(status: ContainerStatus) -> str:
    if status.state.running is not None:
        return "running"
    if status.state.terminated is not None:
        return f"terminated, exit code {status.state.terminated.exit_code}"
    return f"waiting: {status.state.waiting.reason}" if status.state.waiting is not None else ""


def _of_workload(workload: Workload) -> dict[str, str]:
    status, numbers = workload.status, dict[str, int | None]()
    numbers["spec.replicas"] = workload.spec.replicas
    numbers["status.readyReplicas"] = status.ready_replicas
    numbers["status.numberReady"] = status.number_ready
    numbers["status.replicas"] = status.replicas
    numbers["status.updatedReplicas"] = status.updated_replicas
    numbers["status.updatedNumberScheduled"] = status.updated_number_scheduled
    numbers["status.succeeded"] = status.succeeded
    numbers["status.observedGeneration"] = status.observed_generation
    return {path: str(number) for path, number in numbers.items() if number is not None}


def _of_node(node: Node) -> dict[str, str]:
    ordered = sorted(node.status.conditions, key=lambda condition: condition.type != "Ready")
    found = {f"status.conditions[{c.type}]": c.status for c in ordered}
    found |= {f"spec.taints[{taint.key}:{taint.effect}]": "set" for taint in node.spec.taints}
    return found | {"spec.unschedulable": "true" if node.spec.unschedulable else ""}


def _whose(endpoint: Endpoint) -> str:
    return endpoint.target_ref.name if endpoint.target_ref is not None else ", ".join(endpoint.addresses)


def _shape(endpoint: Endpoint) -> str:
    ready = "ready" if endpoint.conditions.ready is not False else "not ready"
    return f"{ready}, terminating" if endpoint.conditions.terminating else ready
