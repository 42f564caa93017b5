"""A start-up that takes longer than the workload's probes allow for, rolled out with the pod template."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import msgspec

from harness.faults import template
from harness.faults.site import Injection, Plan, Site
from harness.model.cluster import Capability
from harness.model.scenario import Fault
from harness.model.timeline import Evidence
from harness.model.units import Ref, Seconds
from harness.registry import FAULTS


@FAULTS.enter("slow-start")
class SlowStart(Fault, frozen=True, kw_only=True):
    """Rolls out workload `of` with the environment variable `env` saying that its start takes `takes`.

    The workload's own start-up must honour the variable (whole seconds), as the shipped ones do. With a liveness
    probe tighter than `takes` the kubelet kills each new container before it is up; a startup probe cures it.
    Evidence: the kubelet's own Event that a probe failed on a new pod. Undo: the variable as it was before.
    """

    needs = frozenset({Capability.CONTAINERS})
    heals: ClassVar[str] = "a startup probe long enough, else nobody"

    of: Ref
    takes: Seconds
    env: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = "STARTUP_SECONDS"
    container: str = ""

    def plan(self, site: Site) -> Plan:
        """Read the environment that is there, and add the variable to it."""
        read = template.plan_change(site, self.of, self.container, "env", None)
        others = [variable for variable in read.token["before"] or [] if variable["name"] != self.env]
        slow = [*others, {"name": self.env, "value": str(max(1, round(self.takes)))}]
        return template.plan_change(site, self.of, self.container, "env", slow)

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Roll it out."""
        sent = site.clock.now()
        template.change(site, plan.token)
        return Injection(sent, [template.seen_in_event(plan.token, " probe failed")])

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """The kubelet's Event is the other source."""
        return []

    @classmethod
    def undo(cls, site: Site, token: dict[str, Any]) -> None:
        """Put the environment back."""
        template.restore(site, token)
