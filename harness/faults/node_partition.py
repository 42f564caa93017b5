"""A node cut off from the control plane, or from all other nodes."""

from __future__ import annotations

import enum
import ipaddress
from typing import ClassVar

from harness.damage import packets
from harness.damage.nodes import CONTROL_PLANE, OneNode, choose
from harness.damage.on_node import OnNode
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.kube import actions
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Anchor
from harness.registry import FAULTS


class Peers(enum.StrEnum):
    """Whom a node does not reach any more."""

    CONTROL_PLANE = "control-plane"
    NODES = "nodes"


@FAULTS.enter("node-partition")
class NodePartition(OneNode, Stepwise, frozen=True, kw_only=True):
    """Cuts the node `node`, or the worker that hosts most pods matching `hosting`, else the first worker, off.

    `apart-from: control-plane` drops every packet, IPv4 and IPv6, between it and the API server with the nodes
    that serve it; `apart-from: nodes` also all between it and the other nodes with the pods on them. What runs on
    it goes on. Healed by the node controller, which evicts the pods, and by their controllers elsewhere. Evidence:
    the watch shows the node controller take the node for not ready. Undo: the packet filter's rules are removed.
    """

    reach = Reach.NODES
    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC, Capability.DISPOSABLE})
    heals: ClassVar[str] = "the node controller evicts the pods, their controllers recreate them on other nodes"
    budget: ClassVar[str] = "node-loss"
    example: ClassVar[Example] = Example({"hosting": "app=web"}, Effect.HEALS)

    apart_from: Peers = Peers.CONTROL_PLANE

    def plan(self, site: Site) -> Plan:
        """Choose the node and find its peers' addresses."""
        node = choose(site, self)
        objects = {name: actions.get(site.client, "nodes", name) for name in site.record.nodes if name != node}
        peers = [
            name
            for name, peer in objects.items()
            if self.apart_from is Peers.NODES or CONTROL_PLANE in peer["metadata"].get("labels", {})
        ]
        blocks = {*_api_server(site), *(address for name in peers for address in _addresses(site, name))}
        if self.apart_from is Peers.NODES:
            blocks |= {block for name in peers for block in objects[name]["spec"].get("podCIDRs", [])}
        if not blocks:
            raise InjectionFailed(f"apart-from: {self.apart_from}: no address to cut node {node} off from was found")
        chain = packets.chain()
        step = OnNode(
            deed=f"cut off from {self.apart_from}", node=node, script=_cut(chain, sorted(blocks)), back=_join(chain)
        )
        return Plan(namespace=site.namespace, steps=[step], facts={"node": node})

    def anchors(self, plan: Plan) -> list[Anchor]:
        """No lease is renewed, so the node controller says that the node is not ready."""
        return [Anchor("node-not-ready", "nodes", plan.facts["node"])]


_HOOKS = "INPUT OUTPUT FORWARD"


def _cut(chain: str, blocks: list[str]) -> str:
    """The script that drops all packets from and to these addresses, those of established connections as well."""
    lines = []
    for filter_, version in (("iptables", 4), ("ip6tables", 6)):
        own = [block for block in blocks if ipaddress.ip_network(block).version == version]
        if not own:
            continue
        lines.append(f"{filter_} -w -N {chain} 2>/dev/null || {filter_} -w -F {chain}")
        lines += [f"{filter_} -w -A {chain} -{way} {block} -j DROP" for block in own for way in "sd"]
        hook = f"{filter_} -w -C $hook -j {chain} 2>/dev/null || {filter_} -w -I $hook 1 -j {chain}"
        lines.append(f"for hook in {_HOOKS}; do {hook}; done")
    return "\n".join(lines)


def _join(chain: str) -> str:
    """The script that removes the rules wherever they are."""
    return f"""
for filter in iptables ip6tables; do
  for hook in {_HOOKS}; do
    while $filter -w -D $hook -j {chain} 2>/dev/null; do :; done
  done
  $filter -w -F {chain} 2>/dev/null || continue
  $filter -w -X {chain}
done
"""


def _api_server(site: Site) -> list[str]:
    slice_ = actions.find(site.client, "endpointslices", "kubernetes", "default") or {}
    return [address for endpoint in slice_.get("endpoints") or [] for address in endpoint["addresses"]]


def _addresses(site: Site, node: str) -> list[str]:
    """All addresses of a node's own, which its Node object need not tell."""
    asked = site.node_exec(node, ["ip", "-brief", "address", "show", "scope", "global"])
    if asked.code != 0:
        raise InjectionFailed(f"node {node}: ip: {asked.stderr.decode(errors='replace').strip()[-200:]}")
    words = (word for line in asked.text.splitlines() for word in line.split()[2:])
    return [word.partition("/")[0] for word in words if "/" in word]
