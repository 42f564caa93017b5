"""A program that ends soon after each start, rolled out with the workload's pod template."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from harness.damage import template
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube.rights import Right
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.model.units import Ref, Seconds
from harness.registry import FAULTS


@FAULTS.enter("crash-loop")
class CrashLoop(Stepwise, frozen=True, kw_only=True):
    """Rolls out workload `of` with a program that runs for `runs-for` and ends with `exit-code`, again and again.

    The kubelet starts it again at ever longer intervals (CrashLoopBackOff); without a readiness probe each run
    counts as ready, and only minReadySeconds keeps the old pods. The image must have `sh` and `sleep`. Evidence:
    that exit code in the status of a new pod. Undo: command and arguments as they were before.
    """

    heals: ClassVar[str] = "nobody: the roll-out must be put back; the old pods go on serving"
    budget: ClassVar[str] = "running-rollout"

    example: ClassVar[Example] = Example({"of": "deployment/web", "exit-code": 3}, Effect.LASTS)

    of: Ref
    exit_code: Annotated[int, msgspec.Meta(ge=0, le=255)] = 1
    runs_for: Seconds = msgspec.field(default_factory=lambda: Seconds(1))
    container: str = ""

    def rights(self) -> list[Right]:
        """What its requests take."""
        return template.change_rights(self.of)

    def plan(self, site: Site) -> Plan:
        """Read the command that is there."""
        container = template.container_path(site, self.of, self.container)
        program = ["sh", "-c", f"sleep {max(0, round(self.runs_for))}; exit {self.exit_code}"]
        values = [([*container, "command"], program), ([*container, "args"], None)]
        return template.plan_change(site, self.of, f"exit with {self.exit_code} again and again", values)

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The container runtime's word on the end."""
        return [template.new_pod(plan, "pod-crashed", str(self.exit_code))]
