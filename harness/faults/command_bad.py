"""A command that is not in the image, rolled out with the workload's pod template."""

from __future__ import annotations

from typing import ClassVar

from harness.damage import template
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube.rights import Right
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.model.units import Ref
from harness.registry import FAULTS


@FAULTS.enter("command-bad")
class CommandBad(Stepwise, frozen=True, kw_only=True):
    """Rolls out workload `of` with a `command` that its image does not have.

    The new containers never start; the kubelet tries again at ever longer intervals, the old pods go on. Evidence:
    the container runtime's StartError in the status of a new pod. Undo: the command as it was before.
    """

    heals: ClassVar[str] = "nobody: the roll-out must be put back; the old pods go on serving"
    budget: ClassVar[str] = "rollout"

    example: ClassVar[Example] = Example({"of": "deployment/web"}, Effect.LASTS)

    of: Ref
    command: str = "/no-such-program"
    container: str = ""

    def rights(self) -> list[Right]:
        """What its requests take."""
        return template.change_rights(self.of)

    def plan(self, site: Site) -> Plan:
        """Read the command that is there."""
        path = [*template.container_path(site, self.of, self.container), "command"]
        return template.plan_change(site, self.of, f"run {self.command}", [(path, [self.command])])

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The container runtime's word on the start."""
        return [template.new_pod(plan, "pod-crashed", "StartError")]
