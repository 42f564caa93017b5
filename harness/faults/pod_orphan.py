"""Pods whose labels a hand changed, so that their controller lets go of them."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from harness.damage.edit import edit, edit_rights
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.site import Site, Touch
from harness.damage.victims import Victims, choose
from harness.kube.rights import Right
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.registry import FAULTS


@FAULTS.enter("pod-orphan")
class PodOrphan(Victims, Stepwise, frozen=True, kw_only=True):
    """Changes `label` of pods (default: the first label in `select`) so that their controller no longer owns them.

    They run on, but no Service and no controller that selects by the label knows them. A ReplicaSet or DaemonSet
    makes others; a StatefulSet cannot, for the name is taken until the undo. Evidence: the controller's own release
    of the pod, its owner reference gone in the watch. Undo: the label as it was; the controller adopts the pod
    again and removes what is too much.
    """

    heals: ClassVar[str] = "the owning controller creates replacements; a StatefulSet cannot"
    budget: ClassVar[str] = "pod-orphan"
    example: ClassVar[Example] = Example({"select": "app=web"}, Effect.HEALS)

    label: Annotated[str, msgspec.Meta(pattern=r"^[\w./-]*$")] = ""

    def rights(self) -> list[Right]:
        """What its requests take."""
        return edit_rights("pods")

    def plan(self, site: Site) -> Plan:
        """Choose the pods."""
        label = self.label or next(iter(self.select.labels))
        steps = []
        chosen = choose(site, self)
        for pod in chosen:
            name, value = pod.metadata.name, pod.metadata.labels.get(label)
            if value is None or not pod.metadata.controller_uid:
                lacks = f"label {label}" if value is None else "controller"
                raise InjectionFailed(f"pod {name} has no {lacks}, so it cannot be orphaned")
            touch = Touch("pods", site.namespace, name, f"change label {label} of")
            steps.append(edit(site, touch, [(("metadata", "labels", label), "orphaned-by-healproof")]))
        return Plan(namespace=site.namespace, steps=list(steps), facts={"pods": [pod.metadata.uid for pod in chosen]})

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Nobody but the controller takes its owner reference away."""

        def look() -> tuple[bool, str]:
            there = {pod.metadata.uid: pod for pod in site.picture.pods()}
            if not there.keys() >= set(plan.facts["pods"]):
                return False, "a pod is gone altogether"
            kept = ", ".join(
                there[uid].metadata.name for uid in plan.facts["pods"] if there[uid].metadata.controller_uid
            )
            return not kept, f"still owned: {kept}" if kept else "released them"

        return seen(site, index, "the controller", look)
