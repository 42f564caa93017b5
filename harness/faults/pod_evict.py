"""Pods evicted through the API that honours disruption budgets, as autoscalers and drains do."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from harness.damage.plan import Injection, Plan, Stepwise
from harness.damage.site import Site, Touch
from harness.damage.victims import Victims, choose
from harness.kube import actions
from harness.kube.rights import Right, may
from harness.machine.clock import wait_until
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.model.units import Seconds
from harness.registry import FAULTS


@FAULTS.enter("pod-evict")
class PodEvict(Victims, Stepwise, frozen=True, kw_only=True):
    """Evicts pods: `count` or a `share` of those that `select` matches, or `all` of them.

    A disruption budget that says "not yet" is asked again, up to `give-up`; the fault counts as injected when the
    last pod is evicted. Healed by the controller that owns them. Evidence: the watch shows the very pods (by uid)
    terminating or gone. Nothing to undo: their controller makes others.
    """

    heals: ClassVar[str] = "the owning controller creates replacements"
    budget: ClassVar[str] = "eviction"
    example: ClassVar[Example] = Example({"select": "app=web"}, Effect.HEALS)

    give_up: Seconds = msgspec.field(default_factory=lambda: Seconds(60))

    def rights(self) -> list[Right]:
        """What its requests take."""
        return may("create", "pods", subresource="eviction")

    def plan(self, site: Site) -> Plan:
        """Choose the pods."""
        pods = {pod.metadata.name: pod.metadata.uid for pod in choose(site, self)}
        victims = [Touch("pods", site.namespace, name, "evict") for name in pods]
        return Plan(namespace=site.namespace, victims=victims, facts={"pods": pods})

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Evict them, each only while it still has the uid that was chosen."""
        sent = site.clock.now()
        left: dict[str, str] = dict(plan.facts["pods"])

        def evict_more() -> bool:
            nonlocal sent
            for name, uid in list(left.items()):
                asked = site.clock.now()
                if actions.evict_pod(site.client, site.namespace, name, uid) != "refused":
                    del left[name]
                    sent = asked
            return not left

        if not wait_until(evict_more, timeout_seconds=self.give_up, every_seconds=0.5, clock=site.clock):
            raise InjectionFailed(
                f"not evicted in {self.give_up}: {', '.join(left)}: a disruption budget keeps them",
                hint="lower the number of pods, raise `give-up`, or see whether the budget allows any disruption",
            )
        return Injection(sent, [Anchor("pod-gone", "pods", name, uid) for name, uid in plan.facts["pods"].items()])
