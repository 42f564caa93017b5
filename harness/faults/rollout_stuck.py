"""A roll-out that misses its deadline."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from harness.damage import template
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube import actions
from harness.kube.rights import Right
from harness.model.errors import BadInput, InjectionFailed
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.model.units import Ref, Seconds
from harness.registry import FAULTS


@FAULTS.enter("rollout-stuck")
class RolloutStuck(Stepwise, frozen=True, kw_only=True):
    """Rolls out Deployment `of` with pods that never become ready, and `progress-deadline` as all the time it has.

    Kubernetes then says that the roll-out failed, and does nothing about it: whoever watches must. Evidence: the
    Deployment controller's condition ProgressDeadlineExceeded. Undo: readiness probe and deadline as they were.
    """

    heals: ClassVar[str] = "nobody: the condition is all that Kubernetes does"
    budget: ClassVar[str] = "rollout"

    example: ClassVar[Example] = Example({"of": "deployment/web", "progress-deadline": "4s"}, Effect.LASTS)

    of: Ref
    progress_deadline: Seconds = msgspec.field(default_factory=lambda: Seconds(10))
    container: str = ""

    def __post_init__(self) -> None:
        if self.of.kind != "deployment":
            raise BadInput(f"of: {self.of} has no progress deadline; accepted is deployment/NAME")

    def rights(self) -> list[Right]:
        """What its requests take."""
        return template.change_rights(self.of)

    def plan(self, site: Site) -> Plan:
        """Read probe and deadline; a deadline within minReadySeconds would be refused."""
        deadline = round(self.progress_deadline)
        path = template.container_path(site, self.of, self.container)
        workload = actions.get(site.client, "deployments", self.of.name, site.namespace)
        settles = workload["spec"].get("minReadySeconds", 0)
        if deadline <= settles:
            raise InjectionFailed(
                f"progress-deadline: {self.progress_deadline} is not above the {settles} s of minReadySeconds",
                hint=f"give {settles + 1}s or more",
            )
        never = {"tcpSocket": {"port": 1}, "periodSeconds": 1, "failureThreshold": 1}
        values = [([*path, "readinessProbe"], never), (["spec", "progressDeadlineSeconds"], deadline)]
        return template.plan_change(site, self.of, f"never ready, deadline {deadline} s", values)

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The controller's condition."""
        return [Anchor("condition", "deployments", self.of.name, text="ProgressDeadlineExceeded")]
