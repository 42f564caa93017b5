"""A node that takes no new pods."""

from __future__ import annotations

from typing import ClassVar

from harness.damage.edit import edit, edit_rights
from harness.damage.nodes import OneNode, choose
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site, Touch
from harness.kube.rights import Right
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Anchor
from harness.registry import FAULTS


@FAULTS.enter("node-cordon")
class NodeCordon(OneNode, Stepwise, frozen=True, kw_only=True):
    """Cordons the node `node`, or the worker that hosts most pods matching `hosting`, else the first worker.

    What runs there goes on; whatever must start anew has to find another node. Nothing is broken until then.
    Evidence: the watch shows the taint that the node controller gives an unschedulable node. Undo: uncordon, unless
    the node was cordoned before.
    """

    reach = Reach.NODES
    heals: ClassVar[str] = "the scheduler places new pods on other nodes"
    budget: ClassVar[str] = "capacity"
    example: ClassVar[Example] = Example({"hosting": "app=web"}, Effect.HARMLESS)

    def rights(self) -> list[Right]:
        """What its requests take."""
        return edit_rights("nodes", self.node)

    def plan(self, site: Site) -> Plan:
        """Choose the node."""
        node = choose(site, self)
        step = edit(site, Touch("nodes", "", node, "cordon"), [(("spec", "unschedulable"), True)])
        return Plan(namespace=site.namespace, steps=[step], facts={"node": node})

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The node controller's taint."""
        return [Anchor("node-tainted", "nodes", plan.facts["node"], text="node.kubernetes.io/unschedulable")]
