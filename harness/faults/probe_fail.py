"""A probe that fails, times out, or is merely slow, rolled out with the workload's pod template."""

from __future__ import annotations

import enum
from typing import Annotated, Any, ClassVar

import msgspec

from harness.damage import template
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube.rights import Right
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.model.units import Ref, Seconds
from harness.registry import FAULTS


class Probe(enum.StrEnum):
    """The kubelet's three probes."""

    LIVENESS = "liveness"
    READINESS = "readiness"
    STARTUP = "startup"


class How(enum.StrEnum):
    """What becomes of each attempt."""

    REFUSED = "refused"
    TIMEOUT = "timeout"
    SLOW = "slow"


@FAULTS.enter("probe-fail")
class ProbeFail(Stepwise, frozen=True, kw_only=True):
    """Replaces a probe of workload `of`, made every `period`, by one that does not succeed `how` it should.

    `refused`: nothing ever answers (TCP port 1). `timeout`: a command that outlasts its time of one second. `slow`:
    one that takes a second of the three it has, which must harm nobody; these two need `sleep` in the image.
    The change is rolled out like any other: a failing readiness or startup probe must stop the roll-out, a
    failing liveness probe restarts the new pods again and again. Kubernetes does not roll back by itself.
    Evidence: the kubelet's own Event that the probe failed on a new pod; of a slow one, that there is a new pod.
    Undo: the probe as it was before.
    """

    heals: ClassVar[str] = "nobody: the roll-out must be put back; the old pods go on serving"
    budget: ClassVar[str] = "rollout"

    example: ClassVar[Example] = Example({"of": "deployment/web", "probe": "readiness"}, Effect.LASTS)

    of: Ref
    probe: Probe
    how: How = How.REFUSED
    container: str = ""
    period: Seconds = msgspec.field(default_factory=lambda: Seconds(1))
    failures: Annotated[int, msgspec.Meta(ge=1)] = 1

    def rights(self) -> list[Right]:
        """What its requests take."""
        return template.change_rights(self.of)

    def plan(self, site: Site) -> Plan:
        """Read the probe that is there."""
        bad = {**_attempt(self.how), "periodSeconds": max(1, int(self.period)), "failureThreshold": self.failures}
        path = [*template.container_path(site, self.of, self.container), f"{self.probe}Probe"]
        return template.plan_change(site, self.of, f"{self.how} {self.probe} probe", [(path, bad)])

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The kubelet's Event is the other source."""
        if self.how is How.SLOW:
            return [template.new_pod(plan, "pod-new", "")]
        return [template.seen_in_event(plan, f"{self.probe.capitalize()} probe failed")]


def _attempt(how: How) -> dict[str, Any]:
    match how:
        case How.REFUSED:
            return {"tcpSocket": {"port": 1}, "timeoutSeconds": 1}
        case How.TIMEOUT:
            return {"exec": {"command": ["sleep", "60"]}, "timeoutSeconds": 1}
        case How.SLOW:
            return {"exec": {"command": ["sleep", "1"]}, "timeoutSeconds": 3}
