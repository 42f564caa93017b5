"""Pods deleted through the API, as an eviction, a scale-down or a careless hand would."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import msgspec

from harness.faults.site import Injection, Plan, Site, Touch, choose_pods
from harness.kube import actions
from harness.model.scenario import Fault
from harness.model.timeline import Anchor, Evidence
from harness.model.units import Seconds, Selector
from harness.registry import FAULTS


@FAULTS.enter("pod-delete")
class PodDelete(Fault, frozen=True, kw_only=True):
    """Deletes `count` of the pods that `select` matches.

    `grace` overrides the pods' own termination grace period; 0 removes them at once. Healed by the controller
    that owns them. Evidence: the watch shows the very pods (by uid) terminating or gone. Nothing to undo: a
    deleted pod cannot come back, its controller makes another.
    """

    heals: ClassVar[str] = "the owning controller creates replacements"

    select: Selector
    count: Annotated[int, msgspec.Meta(ge=1)] = 1
    grace: Seconds | None = None

    def plan(self, site: Site) -> Plan:
        """Choose the pods."""
        pods = [pod.metadata for pod in choose_pods(site, self.select, self.count)]
        touches = [Touch("pods", site.namespace, pod.name, "delete") for pod in pods]
        return Plan(touches, {"namespace": site.namespace, "pods": {pod.name: pod.uid for pod in pods}})

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Delete them, each only while it still has the uid that was chosen."""
        grace = None if self.grace is None else int(self.grace)
        sent = site.clock.now()
        for name, uid in plan.token["pods"].items():
            actions.delete_pod(site.client, site.namespace, name, uid, grace_seconds=grace)
        return Injection(sent, [Anchor("pod-gone", "pods", name, uid) for name, uid in plan.token["pods"].items()])

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """The watch is the other source."""
        return []

    @classmethod
    def undo(cls, site: Site, token: dict[str, Any]) -> None:
        """Nothing: the pods' controller has replaced them."""
