"""A start-up that takes longer than the workload's probes allow for, rolled out with the pod template."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from harness.damage import template
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube.rights import Right
from harness.model.cluster import Capability
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.model.units import Ref, Seconds
from harness.registry import FAULTS


@FAULTS.enter("slow-start")
class SlowStart(Stepwise, frozen=True, kw_only=True):
    """Rolls out workload `of` with the environment variable `env` saying that its start takes `takes`.

    The workload's own start-up must honour the variable (whole seconds), as the shipped ones do. With a liveness
    probe tighter than `takes` the kubelet kills each new container before it is up; a startup probe cures it.
    Evidence: the kubelet's own Event that a probe failed on a new pod. Undo: the variable as it was before.
    """

    needs = frozenset({Capability.CONTAINERS})
    heals: ClassVar[str] = "a startup probe long enough, else nobody"
    budget: ClassVar[str] = "running-rollout"

    example: ClassVar[Example] = Example({"of": "deployment/web", "takes": "15s"}, Effect.LASTS)

    of: Ref
    takes: Seconds
    env: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = "STARTUP_SECONDS"
    container: str = ""

    def rights(self) -> list[Right]:
        """What its requests take."""
        return template.change_rights(self.of)

    def plan(self, site: Site) -> Plan:
        """Add the variable to the environment that is there."""
        variable = {"name": self.env, "value": str(max(1, round(self.takes)))}
        path = [*template.container_path(site, self.of, self.container), "env", f"[name={self.env}]"]
        return template.plan_change(site, self.of, f"start in {self.takes}", [(path, variable)])

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The kubelet's Event is the other source."""
        return [template.seen_in_event(plan, " probe failed")]
