"""A whole node lost: its machine ended or frozen."""

from __future__ import annotations

from typing import ClassVar

from harness.damage.nodes import OneNode, choose
from harness.damage.outage import NodeOutage
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.model.cluster import Capability, Outage
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Anchor
from harness.registry import FAULTS


@FAULTS.enter("node-down")
class NodeDown(OneNode, Stepwise, frozen=True, kw_only=True):
    """Takes down the node `node`, or the worker that hosts most pods matching `hosting`, else the first worker.

    `how` is `killed` (a power cut), `stopped` (an orderly shutdown) or `paused` (frozen: it holds its connections
    and answers nothing). On kind it is the node's container, on kwok the node's heartbeats end. Healed by the node
    controller, which evicts the pods once their tolerations run out, and by the workloads' controllers elsewhere; a
    StatefulSet waits for the node by design. Evidence: the watch shows the node controller take the node for not
    ready. Undo: the node is started or thawed.
    """

    reach = Reach.NODES
    needs = frozenset({Capability.NODE_POWER})
    heals: ClassVar[str] = "the node controller evicts the pods, their controllers recreate them on other nodes"
    budget: ClassVar[str] = "node-loss"
    example: ClassVar[Example] = Example({"hosting": "app=web"}, Effect.HEALS)

    how: Outage = Outage.KILLED

    def plan(self, site: Site) -> Plan:
        """Choose the node."""
        node = choose(site, self)
        step = NodeOutage(deed=f"take down ({self.how})", node=node, how=self.how)
        return Plan(namespace=site.namespace, steps=[step], facts={"node": node})

    def anchors(self, plan: Plan) -> list[Anchor]:
        """No lease is renewed, so the node controller says that the node is not ready."""
        return [Anchor("node-not-ready", "nodes", plan.facts["node"])]
