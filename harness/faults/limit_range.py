"""A namespace whose LimitRange is below what its pods ask for."""

from __future__ import annotations

import secrets
from typing import ClassVar

import msgspec

from harness.damage import admission
from harness.damage.addition import Addition, addition_rights
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube.rights import Right
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.registry import FAULTS


@FAULTS.enter("limit-range")
class LimitRange(Stepwise, frozen=True, kw_only=True):
    """Adds a LimitRange to the namespace that allows each container `max` at most, by default 1Mi of memory.

    Pods that run are left alone; no new one that asks for more is admitted, so it shows at the next need. Pods that
    ask for nothing are not kept out. Evidence: a dry run of creating a pod like those that are there is refused for
    the maximum. Undo: the LimitRange is removed; controllers try again in growing intervals.
    """

    heals: ClassVar[str] = "nobody: controllers try again until the range allows it"
    budget: ClassVar[str] = "admission"
    example: ClassVar[Example] = Example({}, Effect.HARMLESS)

    max: dict[str, str] = msgspec.field(default_factory=lambda: {"memory": "1Mi"})

    def rights(self) -> list[Right]:
        """What its requests take."""
        return addition_rights("limitranges") + admission.rights()

    def plan(self, site: Site) -> Plan:
        """Nothing to choose."""
        limits = {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": f"healproof-limits-{secrets.token_hex(3)}"},
            "spec": {"limits": [{"type": "Container", "max": self.max}]},
        }
        deed = f"allow a container only {', '.join(f'{value} {key}' for key, value in self.max.items())} by"
        return Plan(namespace=site.namespace, steps=[Addition(deed=deed, manifest=limits, namespace=site.namespace)])

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Try to add a pod."""
        return admission.refused(site, index, "usage per Container is")
