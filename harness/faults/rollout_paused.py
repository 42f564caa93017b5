"""A roll-out that is paused before it begins."""

from __future__ import annotations

from typing import ClassVar

from harness.damage import template
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube.rights import Right
from harness.model.errors import BadInput
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.model.units import Ref
from harness.registry import FAULTS

_RELEASE = "healproof.dev/release"


@FAULTS.enter("rollout-paused")
class RolloutPaused(Stepwise, frozen=True, kw_only=True):
    """Pauses Deployment `of` and then releases a new template, which nobody will ever roll out.

    The old pods go on, and are replaced where they are lost; the release waits without an error. Evidence: the
    Deployment controller's condition DeploymentPaused. Undo: not paused, the template as it was before.
    """

    heals: ClassVar[str] = "nobody: somebody must resume it"
    budget: ClassVar[str] = "rollout"

    example: ClassVar[Example] = Example({"of": "deployment/web"}, Effect.LASTS)

    of: Ref

    def __post_init__(self) -> None:
        if self.of.kind != "deployment":
            raise BadInput(f"of: {self.of} cannot be paused; accepted is deployment/NAME")

    def rights(self) -> list[Right]:
        """What its requests take."""
        return template.change_rights(self.of)

    def plan(self, site: Site) -> Plan:
        """Read whether it is paused; an annotation is the release."""
        release = [*template.TEMPLATE, "metadata", "annotations", _RELEASE]
        values = [(["spec", "paused"], True), (release, "paused")]
        return template.plan_change(site, self.of, "pause and release", values)

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The controller's condition."""
        return [Anchor("condition", "deployments", self.of.name, text="DeploymentPaused")]
