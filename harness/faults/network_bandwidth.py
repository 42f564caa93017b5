"""Pods whose link is slow."""

from __future__ import annotations

from typing import ClassVar

from harness.damage import packets
from harness.damage.packets import Link
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.shell import script
from harness.damage.site import Site
from harness.damage.victims import Victims, choose
from harness.model.cluster import Capability
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.model.units import Rate
from harness.registry import FAULTS

_BURST_BYTES_MIN = 3200
"""Two full frames: with less the kernel's token bucket lets nothing pass."""
_BURST_SECONDS = 0.02
_QUEUE_MS = 300
"""How long a packet may wait before it is dropped."""
_MEASURED_SECONDS = 1
# $1 network namespace, $2 address. Floods the pod with UDP; prints the bytes that were sent, and that arrived
_FLOOD = f"""
arrived() {{ nsenter --net="$1" awk '$1 == "{packets.DEVICE}:" {{print $2}}' /proc/net/dev; }}
was=$(arrived "$1")
sent=$(timeout -s INT {_MEASURED_SECONDS} bash -c '
  trap "echo \\$((sent * 30000)); exit" INT
  while :; do printf %30000s "" >"/dev/udp/$1/9"; sent=$((sent + 1)); done 2>/dev/null' bash "$2") || :
echo "$sent" $(($(arrived "$1") - was))
"""


@FAULTS.enter("network-bandwidth")
class NetworkBandwidth(Victims, Stepwise, frozen=True, kw_only=True):
    """Limits what pods can send, and what they can get, to `rate` each (`512kbit`, `2mbit`).

    By the kernel's token bucket (`tc tbf`) on both ends of the pods' links; what does not fit into its queue of
    300 ms is dropped. The kubelet's probes share the link. A pod that is replaced has a link of its own. Evidence:
    far more is sent to the pod than arrives, and what arrives keeps the rate. Undo: the discipline is removed. A
    link that has a queueing discipline already is refused. Needs the kernel's `sch_tbf`.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC, Capability.POD_NETWORK})
    heals: ClassVar[str] = "nobody"
    example: ClassVar[Example] = Example({"select": "app=web", "rate": "256kbit"}, Effect.HARMLESS)

    rate: Rate

    def plan(self, site: Site) -> Plan:
        """Find the pods' links."""
        found = packets.links(site, choose(site, self))
        steps = packets.steps(
            f"limit to {self.rate} the link of",
            found,
            lambda link: packets.shaping(link, self._discipline(), both_ways=True),
        )
        victims = packets.victims(site, found)
        return Plan(namespace=site.namespace, steps=[*steps], victims=victims, facts={"links": found})

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Flood each pod for a moment."""
        return [proof for link in plan.facts["links"] for proof in self._look(site, link, index)]

    def _discipline(self) -> list[str]:
        rate, burst = f"{self.rate:.0f}bit", f"{self._burst_bytes()}b"
        return ["tbf", "rate", rate, "burst", burst, "latency", f"{_QUEUE_MS}ms"]

    def _burst_bytes(self) -> int:
        return max(_BURST_BYTES_MIN, round(self.rate / 8 * _BURST_SECONDS))

    def _look(self, site: Site, link: Link, index: int) -> list[Evidence]:
        def look() -> tuple[bool, str]:
            told = site.node_exec(link.node, ["sh", "-c", script(_FLOOD, link.netns, link.addresses[0])]).text.split()
            if len(told) != 2:
                return False, f"{link.pod}: {' '.join(told) or 'the pod is gone'}"
            sent, arrived = (Rate(int(count) * 8 / _MEASURED_SECONDS) for count in told)
            text = f"{link.pod}: {sent} were sent, {arrived} arrived"
            allowed = self.rate * 1.5 + self._burst_bytes() * 8 / _MEASURED_SECONDS
            return arrived <= allowed and sent > arrived * 1.5, text

        return seen(site, index, "the kernel's count of what arrives in the pod", look, within_seconds=9)
