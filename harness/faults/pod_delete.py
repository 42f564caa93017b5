"""Pods deleted through the API, as a scale-down or a careless hand would."""

from __future__ import annotations

from typing import ClassVar

from harness.damage.plan import Injection, Plan, Stepwise
from harness.damage.site import Site, Touch
from harness.damage.victims import Victims, choose
from harness.kube import actions
from harness.kube.rights import Right, may
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.model.units import Seconds
from harness.registry import FAULTS


@FAULTS.enter("pod-delete")
class PodDelete(Victims, Stepwise, frozen=True, kw_only=True):
    """Deletes pods: `count` or a `share` of those that `select` matches, or `all` of them.

    `grace` overrides the pods' own termination grace period; 0 removes them from the API at once, as a forced
    deletion does. Healed by the controller that owns them. Evidence: the watch shows the very pods (by uid)
    terminating or gone. Nothing to undo: a deleted pod cannot come back, its controller makes another.
    """

    heals: ClassVar[str] = "the owning controller creates replacements"
    budget: ClassVar[str] = "pod-loss"
    example: ClassVar[Example] = Example({"select": "app=web"}, Effect.HEALS)

    grace: Seconds | None = None

    def rights(self) -> list[Right]:
        """What its requests take."""
        return may("delete", "pods")

    def plan(self, site: Site) -> Plan:
        """Choose the pods."""
        pods = {pod.metadata.name: pod.metadata.uid for pod in choose(site, self)}
        victims = [Touch("pods", site.namespace, name, "delete") for name in pods]
        return Plan(namespace=site.namespace, victims=victims, facts={"pods": pods})

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Delete them, each only while it still has the uid that was chosen."""
        grace = None if self.grace is None else int(self.grace)
        sent = site.clock.now()
        for name, uid in plan.facts["pods"].items():
            actions.delete_pod(site.client, site.namespace, name, uid, grace_seconds=grace)
        return Injection(sent, [Anchor("pod-gone", "pods", name, uid) for name, uid in plan.facts["pods"].items()])
