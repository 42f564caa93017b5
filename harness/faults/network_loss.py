"""Pods whose link loses packets."""

from __future__ import annotations

from typing import ClassVar

from harness.damage import packets
from harness.damage.packets import Link
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.shell import script
from harness.damage.site import Site
from harness.damage.victims import Victims, choose
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.model.units import Share
from harness.registry import FAULTS

_SENT = 200
# $1 network namespace, $2 address. UDP to a port where nobody listens: the receiving kernel counts what arrives.
_ARRIVED = f"""
count() {{ nsenter --net="$1" awk '$1 == "Udp:" && $3 + 0 == $3 {{print $3}}' /proc/net/snmp; }}
was=$(count "$1")
bash -c 'for _ in {{1..{_SENT}}}; do echo >"/dev/udp/$1/9"; done' bash "$2" 2>/dev/null || :
sleep 0.1
echo $(($(count "$1") - was))
"""


@FAULTS.enter("network-loss")
class NetworkLoss(Victims, Stepwise, frozen=True, kw_only=True):
    """Drops the share `loss` of all packets that pods send and of all that they get, at random.

    By iptables' `statistic` match in the pods' network namespaces, so the kubelet's probes suffer as well, and both
    protocol versions do. Transports that repeat hide a small loss; a large one fails probes. A pod that is replaced
    has a link of its own. Evidence: of packets sent to the pod the kernel there counts so many fewer. Undo: the
    chain of rules is removed. Needs the kernel's `xt_statistic`.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC, Capability.POD_NETWORK})
    heals: ClassVar[str] = "nobody; the pod leaves the endpoints where its readiness probe fails"
    example: ClassVar[Example] = Example({"select": "app=web", "loss": "10%"}, Effect.HARMLESS)

    loss: Share

    def plan(self, site: Site) -> Plan:
        """Find the pods' links."""
        if self.loss <= 0:
            raise InjectionFailed(f"loss: {self.loss} drops nothing; accepted is more than 0%")
        found = packets.links(site, choose(site, self))
        name = packets.chain()
        rule = f"46 -m statistic --mode random --probability {float(self.loss):.6f}"
        steps = packets.steps(
            f"lose {self.loss} of the packets of", found, lambda link: packets.dropping(link, name, [rule])
        )
        victims = packets.victims(site, found)
        return Plan(namespace=site.namespace, steps=[*steps], victims=victims, facts={"links": found})

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Count what arrives."""
        return [proof for link in plan.facts["links"] for proof in self._look(site, link, index)]

    def _look(self, site: Site, link: Link, index: int) -> list[Evidence]:
        def look() -> tuple[bool, str]:
            text = site.node_exec(link.node, ["sh", "-c", script(_ARRIVED, link.netns, link.addresses[0])]).text
            if not text.isdigit():
                return False, f"{link.pod}: {text or 'the pod is gone'}"
            lost = 1 - int(text) / _SENT
            return lost >= self.loss / 2, f"{link.pod}: {lost:.0%} of {_SENT} packets lost"

        return seen(site, index, "packets that the kernel of the pod's network counts", look, within_seconds=6)
