"""Pods that answer late because their packets travel long."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from harness.damage import packets
from harness.damage.packets import Link
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.shell import script
from harness.damage.site import Site
from harness.damage.victims import Victims, choose
from harness.model.cluster import Capability
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.model.units import Seconds
from harness.registry import FAULTS

# $1 address. How long, in ms, a connection to a port where nobody listens takes to be refused: one round trip
_ROUND_TRIP = """
bash -c '
  began=${EPOCHREALTIME/[.,]/}; >"/dev/tcp/$1/9"
  echo $(((${EPOCHREALTIME/[.,]/} - began) / 1000))' bash "$1" 2>/dev/null
"""


@FAULTS.enter("network-delay")
class NetworkDelay(Victims, Stepwise, frozen=True, kw_only=True):
    """Delays every packet that pods send by `delay`, give or take `jitter`.

    By the kernel's network emulator (`tc netem`) on the pods' links, so each round trip takes that much longer, the
    kubelet's probes included. A pod that is replaced has a link of its own. Evidence: a measured round trip from
    the node to the pod. Undo: the emulator is removed. A link that has a queueing discipline already is refused.
    Needs the kernel's `sch_netem`.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC, Capability.POD_NETWORK, Capability.NETEM})
    heals: ClassVar[str] = "nobody"
    example: ClassVar[Example] = Example({"select": "app=web", "delay": "200ms"}, Effect.HARMLESS)

    delay: Seconds
    jitter: Seconds = msgspec.field(default_factory=lambda: Seconds(0))

    def plan(self, site: Site) -> Plan:
        """Find the pods' links."""
        found = packets.links(site, choose(site, self))
        words = ["netem", "delay", _ms(self.delay), *([_ms(self.jitter)] if self.jitter else [])]
        steps = packets.steps(
            f"delay by {self.delay} what is sent by", found, lambda link: packets.shaping(link, words, both_ways=False)
        )
        victims = packets.victims(site, found)
        return Plan(namespace=site.namespace, steps=[*steps], victims=victims, facts={"links": found})

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Measure round trips."""
        return [proof for link in plan.facts["links"] for proof in self._look(site, link, index)]

    def _look(self, site: Site, link: Link, index: int) -> list[Evidence]:
        wanted_ms = max(0.0, self.delay - self.jitter) * 900

        def look() -> tuple[bool, str]:
            text = site.node_exec(link.node, ["sh", "-c", script(_ROUND_TRIP, link.addresses[0])]).text
            if not text.isdigit():
                return False, f"{link.pod}: {text or 'no answer'}"
            return int(text) >= wanted_ms, f"{link.pod}: a round trip takes {text} ms"

        return seen(site, index, "the time of a round trip from the node to the pod", look, within_seconds=9)


def _ms(seconds: Seconds) -> str:
    return f"{seconds * 1000:.3f}ms"
