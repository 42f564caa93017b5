"""Pods that no node can take, rolled out with the workload's pod template."""

from __future__ import annotations

import enum
from typing import Any, ClassVar

from harness.damage import template
from harness.damage.fields import Path, read
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube import actions
from harness.kube.rights import Right
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.model.units import Ref
from harness.registry import FAULTS


class Why(enum.StrEnum):
    """What the scheduler finds on no node."""

    CPU = "cpu"
    MEMORY = "memory"
    NODE_SELECTOR = "node-selector"
    ANTI_AFFINITY = "anti-affinity"


@FAULTS.enter("unschedulable")
class Unschedulable(Stepwise, frozen=True, kw_only=True):
    """Rolls out workload `of` with pods that no node can take, and `why`.

    `cpu` or `memory`: requests beyond any node. `node-selector`: a host name that no node has. `anti-affinity`: no
    two of its pods on nodes of the same operating system, so the old pods keep the new ones out. The scheduler
    tries again at each change of the cluster; no new node comes by itself. Evidence: the scheduler's condition on a
    new pod. Undo: the template as it was before.
    """

    heals: ClassVar[str] = "a node that fits, where something adds one; else nobody"
    budget: ClassVar[str] = "rollout"

    example: ClassVar[Example] = Example({"of": "deployment/web", "why": "cpu"}, Effect.LASTS)

    of: Ref
    why: Why
    container: str = ""

    def rights(self) -> list[Right]:
        """What its requests take."""
        return template.change_rights(self.of)

    def plan(self, site: Site) -> Plan:
        """Read what the template asks for."""
        values = self._values(site, template.container_path(site, self.of, self.container))
        return template.plan_change(site, self.of, f"no node fits: {self.why}", values)

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The scheduler's word on a new pod."""
        return [template.new_pod(plan, "pod-unschedulable", _SAID[self.why])]

    def _values(self, site: Site, container: list[str]) -> list[tuple[Path, Any]]:
        pod = [*template.TEMPLATE, "spec"]
        workload = actions.get(site.client, f"{self.of.kind}s", self.of.name, site.namespace)
        match self.why:
            case Why.NODE_SELECTOR:
                return [([*pod, "nodeSelector", "kubernetes.io/hostname"], "no-such-node")]
            case Why.ANTI_AFFINITY:
                term = {"labelSelector": workload["spec"]["selector"], "topologyKey": "kubernetes.io/os"}
                # as a whole: an affinity that is there and empty is another template than none
                affinity = read(workload, [*pod, "affinity"]) or {}
                alone = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
                return [([*pod, "affinity"], {**affinity, **alone})]
            case _:
                paths = [[*container, "resources", part, str(self.why)] for part in ("requests", "limits")]
                # a limit below the request would be refused; one that is not there is not needed
                return [(path, _BEYOND[self.why]) for path in paths if path[-2] == "requests" or read(workload, path)]


_BEYOND = {Why.CPU: "1M", Why.MEMORY: "1Pi"}
_SAID = {
    Why.CPU: "Insufficient cpu",
    Why.MEMORY: "Insufficient memory",
    Why.NODE_SELECTOR: "didn't match Pod's node affinity/selector",
    Why.ANTI_AFFINITY: "didn't match pod anti-affinity rules",
}
