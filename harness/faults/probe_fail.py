"""A probe that always fails, rolled out with the workload's pod template."""

from __future__ import annotations

import enum
from typing import Any, ClassVar

import msgspec

from harness.faults import template
from harness.faults.site import Injection, Plan, Site
from harness.model.cluster import Capability
from harness.model.scenario import Fault
from harness.model.timeline import Evidence
from harness.model.units import Ref, Seconds
from harness.registry import FAULTS


class Probe(enum.StrEnum):
    """The kubelet's three probes."""

    LIVENESS = "liveness"
    READINESS = "readiness"
    STARTUP = "startup"


@FAULTS.enter("probe-fail")
class ProbeFail(Fault, frozen=True, kw_only=True):
    """Replaces a probe of workload `of` by one that nothing ever answers (TCP port 1), every `period`.

    The change is rolled out like any other: a failing readiness or startup probe must stop the roll-out, a
    failing liveness probe restarts the new pods again and again. Kubernetes does not roll back by itself.
    Evidence: the kubelet's own Event that the probe failed on a new pod. Undo: the probe as it was before.
    """

    needs = frozenset({Capability.CONTAINERS})
    heals: ClassVar[str] = "nobody: the roll-out must be put back; the old pods go on serving"

    of: Ref
    probe: Probe
    container: str = ""
    period: Seconds = msgspec.field(default_factory=lambda: Seconds(1))
    failures: int = 1

    def plan(self, site: Site) -> Plan:
        """Read the probe that is there."""
        bad = {
            "tcpSocket": {"port": 1},
            "periodSeconds": max(1, int(self.period)),
            "failureThreshold": self.failures,
            "timeoutSeconds": 1,
        }
        return template.plan_change(site, self.of, self.container, f"{self.probe}Probe", bad)

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Replace it."""
        sent = site.clock.now()
        template.change(site, plan.token)
        words = f"{self.probe.capitalize()} probe failed"
        return Injection(sent, [template.seen_in_event(plan.token, words)])

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """The kubelet's Event is the other source."""
        return []

    @classmethod
    def undo(cls, site: Site, token: dict[str, Any]) -> None:
        """Put the probe back."""
        template.restore(site, token)
