"""The cluster's DNS gone."""

from __future__ import annotations

from typing import ClassVar

from harness.damage import dns
from harness.damage.edit import edit, edit_rights
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.kube import actions
from harness.kube.rights import Right, may
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Evidence
from harness.registry import FAULTS

NAME = "kubernetes.default.svc.cluster.local"
"""Whatever is said of it, something is said while the DNS lives."""
GONE_SECONDS = 60.0
"""CoreDNS ends within its grace period of 30 s, and answers for some seconds of it."""


@FAULTS.enter("dns-down")
class DnsDown(Stepwise, frozen=True, kw_only=True):
    """Scales the Deployments of the cluster's DNS (label `k8s-app=kube-dns` in kube-system) to zero.

    Connections that stand, and addresses that are known, go on working; nothing that must look up a name does.
    Nobody heals it. Evidence: a DNS query sent from a node is answered before and not any more after. Undo: the number
    of replicas as it was before; the names are back when CoreDNS is ready, some seconds later.
    """

    reach = Reach.CONTROL_PLANE
    needs = frozenset({Capability.POD_NETWORK, Capability.NODE_EXEC})
    heals: ClassVar[str] = "nobody: somebody must scale it up again"
    example: ClassVar[Example] = Example({}, Effect.HARMLESS)

    def rights(self) -> list[Right]:
        """What its requests take."""
        found = may("list", "deployments", namespace=dns.NAMESPACE)
        return found + edit_rights("deployments", namespace=dns.NAMESPACE) + dns.address_rights()

    def plan(self, site: Site) -> Plan:
        """Find the Deployments, and have an answer from them."""
        found = actions.listed(site.client, "deployments", dns.NAMESPACE, labels=dns.LABELS)
        names = [each["metadata"]["name"] for each in found if each["spec"].get("replicas", 1)]
        server, node = dns.server_address(site), site.record.nodes[0]
        answer = dns.ask(site, node, server, NAME)
        if not names or not answer.heard:
            raise InjectionFailed(f"the cluster's DNS is no baseline: {len(names)} Deployments with pods, {answer}")
        touches = [Touch("deployments", dns.NAMESPACE, name, "scale to 0") for name in names]
        steps: list[Step] = [edit(site, touch, [(("spec", "replicas"), 0)]) for touch in touches]
        return Plan(namespace=site.namespace, steps=steps, facts={"server": server, "node": node})

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Ask again."""
        node, server = plan.facts["node"], plan.facts["server"]

        def look() -> tuple[bool, str]:
            answer = dns.ask(site, node, server, NAME)
            return not answer.heard, f"{NAME}: {answer}"

        return seen(site, index, f"DNS query from node {node}", look, within_seconds=GONE_SECONDS)
