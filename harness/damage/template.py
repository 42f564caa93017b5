"""A workload's pod template changed: what the faults that roll out a bad template share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.damage.edit import edit, edit_rights
from harness.damage.fields import Path
from harness.damage.plan import Plan
from harness.damage.site import Site, Touch
from harness.kube import actions
from harness.kube.rights import Right
from harness.model.errors import InjectionFailed
from harness.model.timeline import Anchor
from harness.model.units import Ref

TEMPLATE = ("spec", "template")
KINDS = ("deployment", "statefulset", "daemonset")


def container_path(site: Site, of: Ref, name: str = "") -> list[str]:
    """The path of a container in the pod template of `of`: the one of that name, or the first."""
    if of.kind not in KINDS:
        raise InjectionFailed(f"of: {of} has no pod template; accepted is deployment/, statefulset/ or daemonset/NAME")
    workload = actions.get(site.client, f"{of.kind}s", of.name, site.namespace)
    names = [container["name"] for container in workload["spec"]["template"]["spec"]["containers"]]
    if name and name not in names:
        raise InjectionFailed(f"container: {name!r} is not in {of}; accepted is one of {', '.join(names)}")
    return [*TEMPLATE, "spec", "containers", f"[name={name or names[0]}]"]


def plan_change(site: Site, of: Ref, deed: str, values: Sequence[tuple[Path, Any]]) -> Plan:
    """The plan to give fields of workload `of` new values. Its facts: `pods` (uids of the pods before), `name`.

    Raises InjectionFailed for a StatefulSet that would not come back: https://github.com/kubernetes/kubernetes/issues/67250
    """
    if of.kind == "statefulset":
        _check_parallel(site, of)
    step = edit(site, Touch(f"{of.kind}s", site.namespace, of.name, deed), values)
    pods = [pod.metadata.uid for pod in site.picture.pods()]
    return Plan(namespace=site.namespace, steps=[step], facts={"name": of.name, "pods": pods})


def change_rights(of: Ref) -> list[Right]:
    """What it takes to change the pod template of `of` and to put it back."""
    return edit_rights(f"{of.kind}s", of.name)


def _check_parallel(site: Site, of: Ref) -> None:
    policy = actions.get(site.client, "statefulsets", of.name, site.namespace)["spec"]["podManagementPolicy"]
    if policy != "Parallel":
        raise InjectionFailed(
            f"of: {of} has podManagementPolicy {policy}: a pod that never became ready is not replaced, not even when "
            "the template is put back",
            hint="use a StatefulSet with podManagementPolicy: Parallel",
        )


def seen_in_event(plan: Plan, words: str) -> Anchor:
    """The anchor of a bad template: an Event with these words about a pod that was not there before."""
    return Anchor("event", "events", f"{plan.facts['name']}-", text=words, apart_from=plan.facts["pods"])


def new_pod(plan: Plan, kind: str, words: str) -> Anchor:
    """The anchor of a bad template: a pod that was not there before is `pod-waiting` or `pod-unschedulable`."""
    return Anchor(kind, "pods", f"{plan.facts['name']}-", text=words, apart_from=plan.facts["pods"])
