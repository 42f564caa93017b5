"""A node drained as kubectl drains it: cordoned, its pods evicted through the API that honours disruption budgets."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from harness.damage import steps
from harness.damage.edit import edit, edit_rights
from harness.damage.nodes import evictable
from harness.damage.plan import Injection, Plan, Stepwise
from harness.damage.site import Site, Touch
from harness.kube import actions
from harness.kube.rights import Right, may
from harness.machine.clock import wait_until
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Anchor
from harness.model.units import Seconds, Selector
from harness.registry import FAULTS


@FAULTS.enter("node-drain")
class NodeDrain(Stepwise, frozen=True, kw_only=True):
    """Cordons a node and evicts its pods, waiting as long as disruption budgets say "not yet", up to `give-up`.

    The node is `node`, or the one that hosts most pods matching `hosting`. Evicted are the pods of the scenario's
    own namespace, except those of DaemonSets. Healed by the controllers and the scheduler on other nodes.
    Evidence: the watch shows the node unschedulable and the very pods gone. Undo: uncordon, unless the node was
    cordoned before.
    """

    reach = Reach.NODES
    heals: ClassVar[str] = "controllers recreate the pods, the scheduler places them on other nodes"
    budget: ClassVar[str] = "eviction"

    example: ClassVar[Example] = Example({"hosting": "app=web"}, Effect.HEALS)

    node: str = ""
    hosting: Selector | None = None
    give_up: Seconds = msgspec.field(default_factory=lambda: Seconds(120))

    def rights(self) -> list[Right]:
        """What its requests take."""
        return edit_rights("nodes", self.node) + may("create", "pods", subresource="eviction")

    def plan(self, site: Site) -> Plan:
        """Choose the node."""
        node = self._choose(site)
        if node not in site.record.nodes:
            raise InjectionFailed(
                f"node: {node!r} is not accepted here; accepted is one of {', '.join(site.record.nodes)}"
            )
        pods = evictable(site, node)
        if not pods:
            raise InjectionFailed(f"node {node} hosts no pod of namespace {site.namespace} that a drain would evict")
        cordon = edit(site, Touch("nodes", "", node, "cordon"), [(("spec", "unschedulable"), True)])
        victims = [Touch("pods", site.namespace, pod.metadata.name, "evict") for pod in pods]
        return Plan(namespace=site.namespace, steps=[cordon], victims=victims, facts={"node": node})

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Cordon, then evict until no pod is left that must go, or `give-up` is over."""
        node = plan.facts["node"]
        sent = site.clock.now()
        steps.do(site, plan.steps)
        evicted: dict[str, str] = {}

        def evict_more() -> bool:
            nonlocal sent
            left = {pod.metadata.name: pod.metadata.uid for pod in evictable(site, node)}
            for name, uid in left.items():
                asked = site.clock.now()
                if actions.evict_pod(site.client, site.namespace, name, uid) == "evicted":
                    evicted[name], sent = uid, asked
            return all(name in evicted for name in left)

        if not wait_until(evict_more, timeout_seconds=self.give_up, every_seconds=0.5, clock=site.clock):
            refused = ", ".join(pod.metadata.name for pod in evictable(site, node))
            raise InjectionFailed(f"node {node} was not drained in {self.give_up}: disruption budgets keep {refused}")
        anchors = [Anchor("node-cordoned", "nodes", node)]
        anchors += [Anchor("pod-gone", "pods", name, uid) for name, uid in evicted.items()]
        return Injection(sent, anchors)

    def _choose(self, site: Site) -> str:
        if self.node:
            return self.node
        if self.hosting is None:
            raise InjectionFailed("node-drain: neither `node` nor `hosting` says which node to drain")
        hosts: dict[str, int] = {}
        for pod in site.picture.pods():
            if self.hosting.matches(pod.metadata.labels) and pod.active:
                hosts[pod.spec.node_name] = hosts.get(pod.spec.node_name, 0) + 1
        if not hosts:
            raise InjectionFailed(f"hosting: {self.hosting} matches no pod in namespace {site.namespace}")
        return max(sorted(hosts), key=lambda name: hosts[name])
