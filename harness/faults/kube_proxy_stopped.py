"""A node whose kube-proxy has stopped, so that it learns of no new endpoint."""

from __future__ import annotations

from typing import ClassVar

from harness.damage import nodes
from harness.damage.addition import Addition, addition_rights
from harness.damage.on_node import OnNode
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.site import Site
from harness.kube import actions
from harness.kube.rights import Right
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Evidence
from harness.registry import FAULTS

SYNC_SECONDS = 20.0
"""How long another node's kube-proxy may take to program a Service; it mostly takes one."""
PROBE = "healproof-kube-proxy"

# a workload's process of the same name has a network of its own
_PIDS = r"""
for pid in $(pgrep -x kube-proxy); do
  [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/1/ns/net)" ] || echo "$pid"
done
"""
_SIGNAL = f"pids=$({_PIDS}\n)\n"
_STATES = f"for pid in $({_PIDS}\n); do cut -d ' ' -f 3 /proc/$pid/stat; done"
_RULES = "{ iptables-save; ip6tables-save; nft list ruleset; ipvsadm -Sn; } 2>/dev/null"


@FAULTS.enter("kube-proxy-stopped")
class KubeProxyStopped(nodes.OneNode, Stepwise, frozen=True, kw_only=True):
    """Freezes kube-proxy on a node (`node`, or the one `hosting` most matching pods, else the first worker).

    Rules that are programmed go on working, so nothing is noticed until endpoints change: then this node sends
    traffic to pods that are gone and none to new ones. Nobody heals it. Evidence: the kernel says that the process is
    stopped, and the address of a new Service appears in another node's rules (iptables, nftables or IPVS) but not in
    this one's. Undo: the process goes on and catches up; the Service is deleted.
    """

    reach = Reach.NODES
    needs = frozenset({Capability.POD_NETWORK, Capability.NODE_EXEC})
    heals: ClassVar[str] = "nobody: kube-proxy must go on or be restarted"
    example: ClassVar[Example] = Example({}, Effect.HARMLESS)

    def rights(self) -> list[Right]:
        """What its requests take."""
        return addition_rights("services", PROBE)

    def plan(self, site: Site) -> Plan:
        """Find the node and its kube-proxy."""
        node = nodes.choose(site, self)
        if not site.node_exec(node, ["sh", "-c", _PIDS]).stdout.strip():
            raise InjectionFailed(f"node {node} runs no kube-proxy")
        stop = OnNode(
            deed="stop kube-proxy",
            node=node,
            script=f"{_SIGNAL}kill -s STOP $pids",
            back=f'{_SIGNAL}[ -z "$pids" ] || kill -s CONT $pids',
        )
        return Plan(namespace=site.namespace, steps=[stop, _probe(site.namespace)], facts={"node": node})

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Look at the process, then at the rules."""
        node: str = plan.facts["node"]
        address = str(actions.get(site.client, "services", PROBE, site.namespace)["spec"]["clusterIP"])
        others = [other for other in site.record.nodes if other != node]

        def frozen() -> tuple[bool, str]:
            states = site.node_exec(node, ["sh", "-c", _STATES])
            return set(states.text.split()) == {"T"}, f"process state {' '.join(states.text.split())}"

        def programmed() -> tuple[bool, str]:
            here, there = (_knows(site, each, address) for each in (node, others[0]))
            words = {True: "programmed", False: "not programmed"}
            said = f"Service {address} is {words[there]} on {others[0]}, {words[here]} on {node}"
            return there and not here, said

        found = seen(site, index, f"kernel of node {node}", frozen)
        if others:
            found += seen(site, index, f"rules of nodes {node}, {others[0]}", programmed, within_seconds=SYNC_SECONDS)
        return found


def _probe(namespace: str) -> Addition:
    """A Service without endpoints: kube-proxy programs a rule that rejects what is sent to it."""
    manifest = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": PROBE},
        "spec": {"ports": [{"port": 9, "protocol": "TCP"}]},
    }
    return Addition(deed="add a Service", manifest=manifest, namespace=namespace)


def _knows(site: Site, node: str, address: str) -> bool:
    done = site.node_exec(node, ["sh", "-c", f'{_RULES} | grep -qwF -- "$1"', "healproof", address])
    return done.code == 0
