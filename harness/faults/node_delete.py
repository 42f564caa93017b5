"""A Node object deleted under its kubelet."""

from __future__ import annotations

from typing import ClassVar

from harness.damage.node_removal import node_removal, node_removal_rights
from harness.damage.nodes import OneNode, choose
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.site import Site
from harness.kube import actions
from harness.kube.rights import Right, may
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Evidence
from harness.registry import FAULTS

COLLECTED_SECONDS = 30.0


@FAULTS.enter("node-delete")
class NodeDelete(OneNode, Stepwise, frozen=True, kw_only=True):
    """Deletes the Node object `node`, or of the worker that hosts most pods matching `hosting`, else the first.

    Its kubelet goes on running what it runs, but does not register again until it is restarted. Healed by the pod
    garbage collector, which deletes the orphaned pods 40 to 80 s later whatever the timers of the cluster, and by
    their controllers on other nodes. Evidence: the garbage collector removes the Lease that the Node owned. Undo:
    the Node is created again with its labels, taints and pod network; one that registered itself meanwhile gets
    back what it lacks.
    """

    reach = Reach.NODES
    heals: ClassVar[str] = "the pod garbage collector deletes the orphans, their controllers recreate them elsewhere"
    budget: ClassVar[str] = "node-deleted"
    example: ClassVar[Example] = Example({"hosting": "app=web"}, Effect.HEALS)

    def rights(self) -> list[Right]:
        """What its requests take."""
        return node_removal_rights(self.node) + may("get", "leases", self.node, namespace="kube-node-lease")

    def plan(self, site: Site) -> Plan:
        """Choose the node."""
        node = choose(site, self)
        lease = actions.get(site.client, "leases", node, "kube-node-lease")
        facts = {"node": node, "lease": lease["metadata"]["uid"]}
        return Plan(namespace=site.namespace, steps=[node_removal(site, node)], facts=facts)

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Wait until the Lease is collected; no anchor, for the pods go much later than the Node."""

        def look() -> tuple[bool, str]:
            lease = actions.find(site.client, "leases", plan.facts["node"], "kube-node-lease")
            if lease is None or lease["metadata"]["uid"] != plan.facts["lease"]:
                return True, "it is gone with its Node"
            return False, "it is still there"

        return seen(site, index, f"the Lease of {plan.facts['node']}", look, within_seconds=COLLECTED_SECONDS)
