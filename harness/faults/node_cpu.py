"""A node whose processors have no idle time left."""

from __future__ import annotations

import re
import secrets
from typing import Annotated, ClassVar

import msgspec

from harness.damage.nodes import OneNode, choose
from harness.damage.on_node import LIMIT_SECONDS, OnNode
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.site import Site
from harness.model.cluster import Capability
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Evidence
from harness.registry import FAULTS

BUSY_TICKS_MIN = 10
"""A tenth of a second of processor time: even at the lowest priority each loop gets that much."""


@FAULTS.enter("node-cpu")
class NodeCpu(OneNode, Stepwise, frozen=True, kw_only=True):
    """Keeps `cores` processors of the node `node` busy, or of the worker that hosts most pods, else of the first.

    Which worker `hosting` says. The loops run at the lowest priority: they eat all idle time and what the machine
    holds back for latency, yet let everything else go first. The nodes of a kind cluster share one machine, so all
    of them feel it. Nothing must break; probes and deadlines that are too tight do. Evidence: the kernel's account
    of the loops' processor time. Undo: the loops are ended.
    """

    reach = Reach.NODES
    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC})
    heals: ClassVar[str] = "nobody: the load must end"
    example: ClassVar[Example] = Example({"hosting": "app=web", "cores": 1}, Effect.HARMLESS)

    cores: Annotated[int, msgspec.Meta(ge=1, le=256)] = 1

    def plan(self, site: Site) -> Plan:
        """Choose the node."""
        node, unit = choose(site, self), f"healproof-busy-{secrets.token_hex(4)}"
        start = f"""
for core in $(seq {self.cores}); do
  systemctl is-active -q "{unit}-$core" || systemd-run -q --collect --unit="{unit}-$core" --nice=19 \\
    --property=RuntimeMaxSec={LIMIT_SECONDS:.0f} sh -c 'while :; do :; done'
done
"""
        back = f"systemctl stop '{unit}-*' 2>/dev/null || true; systemctl reset-failed '{unit}-*' 2>/dev/null || true"
        step = OnNode(deed=f"keep {self.cores} cores busy", node=node, script=start, back=back)
        return Plan(namespace=site.namespace, steps=[step], facts={"node": node, "unit": unit})

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Read the processor time of each loop."""
        node, unit = plan.facts["node"], plan.facts["unit"]
        script = f"""
for core in $(seq {self.cores}); do
  cut -d ' ' -f 14 "/proc/$(systemctl show --property=MainPID --value {unit}-$core)/stat" || echo 0
done
"""

        def look() -> tuple[bool, str]:
            ticks = [int(word) for word in re.findall(r"\d+", site.node_exec(node, ["sh", "-c", script]).text)]
            told = ", ".join(f"{each / 100:.2f} s" for each in ticks) or "none"
            return len(ticks) == self.cores and min(ticks) >= BUSY_TICKS_MIN, f"processor time of the loops: {told}"

        return seen(site, index, f"/proc of node {node}", look)
