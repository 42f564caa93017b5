"""Two sets of pods that cannot reach each other."""

from __future__ import annotations

from typing import ClassVar

from harness.damage import packets
from harness.damage.packets import Link
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.shell import script
from harness.damage.site import Site
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.model.units import Selector
from harness.registry import FAULTS

# $1 network namespace to ask from, $2 address. A refusal is an answer: it has passed both ways.
_ASK = """
said=$(nsenter --net="$1" timeout 1 bash -c '>/dev/tcp/'"$2"'/9' 2>&1) && code=0 || code=$?
case "$code $said" in 0\\ * | *refused*) echo answered ;; 124*) echo silence ;; *) echo "$said" ;; esac
"""


@FAULTS.enter("network-partition")
class NetworkPartition(Stepwise, frozen=True, kw_only=True):
    """Drops every packet between the pods that `from` selects and those that `to` selects, by iptables.

    Both directions, or with `one-way` only what `from` sends to `to`. The rules are in a chain of their own in the
    network namespaces of the pods on both sides, so they also hold between pods of one node and whatever the
    network plug-in; the kubelet's probes and everybody else pass. A pod that is replaced is outside of it.
    Kubernetes does not heal it. Evidence: a connection from a `from` pod to a `to` pod gets no answer. Undo: the
    chain is removed.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC, Capability.POD_NETWORK})
    heals: ClassVar[str] = "nobody"
    example: ClassVar[Example] = Example(
        {"from": "app=front", "to": "app=web"}, Effect.LASTS, "shop", "deployment/front"
    )

    origin: Selector
    to: Selector
    one_way: bool = False

    def plan(self, site: Site) -> Plan:
        """Find the links of both sets."""
        origin, to = _links(site, "from", self.origin), _links(site, "to", self.to)
        if {link.pod for link in origin} & {link.pod for link in to}:
            raise InjectionFailed(f"from: {self.origin} and to: {self.to} select the same pods")
        name = packets.chain()
        there, here = _addresses(to), _addresses(origin)

        def change(link: Link) -> packets.Change:
            others, sends, gets = (there, True, not self.one_way) if link in origin else (here, not self.one_way, True)
            return packets.dropping(link, name, _rules(others, sends=sends, gets=gets))

        steps = packets.steps("cut the network of", [*origin, *to], change)
        facts = {"from": origin[0], "to": to[0]}
        victims = packets.victims(site, [*origin, *to])
        return Plan(namespace=site.namespace, steps=[*steps], victims=victims, facts=facts)

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Connect from one side to the other."""
        asking: Link = plan.facts["from"]
        asked: Link = plan.facts["to"]

        def look() -> tuple[bool, str]:
            said = site.node_exec(asking.node, ["sh", "-c", script(_ASK, asking.netns, asked.addresses[0])]).text
            return said == "silence", f"{asking.pod} to {asked.pod}: {said or 'the pod is gone'}"

        return seen(site, index, "a connection made in the pod's own network", look, within_seconds=6)


def _links(site: Site, field: str, selector: Selector) -> list[Link]:
    fit = [pod for pod in site.picture.pods() if selector.matches(pod.metadata.labels) and pod.active]
    if not fit:
        raise InjectionFailed(f"{field}: {selector} matches no pod in namespace {site.namespace}")
    return packets.links(site, fit)


def _addresses(links: list[Link]) -> list[str]:
    return [address for link in links for address in link.addresses]


def _rules(addresses: list[str], *, sends: bool, gets: bool) -> list[str]:
    rules = []
    for address in addresses:
        family = "6" if ":" in address else "4"
        rules += [f"{family} -d {address}"] if sends else []
        rules += [f"{family} -s {address}"] if gets else []
    return rules
