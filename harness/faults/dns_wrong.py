"""The cluster's DNS telling lies about some names."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, ClassVar

import msgspec

from harness.damage import dns
from harness.damage.edit import edit, edit_rights
from harness.damage.plan import Injection, Plan, Stepwise, seen
from harness.damage.site import Site, Touch
from harness.kube import actions
from harness.kube.rights import Right, may
from harness.machine.clock import wait_until
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Evidence
from harness.registry import FAULTS

CONFIG = "coredns"
NXDOMAIN = "NXDOMAIN"
RELOAD_SECONDS = 180.0
"""The kubelet brings a changed ConfigMap within about 75 s, CoreDNS looks at it every 30 to 45 s."""
TTL_SECONDS = 5

_SERVER = re.compile(r"^[^\s#][^\n]*\{[ \t]*$", re.MULTILINE)
_ZONE = re.compile(r"^[ \t]*kubernetes[ \t]+(\S+)", re.MULTILINE)


@FAULTS.enter("dns-wrong")
class DnsWrong(Stepwise, frozen=True, kw_only=True):
    """Makes the cluster's DNS answer `host` wrongly: `answer` is NXDOMAIN or an IPv4 address that nobody has.

    `host` is a full name, by default any name of a Service in the scenario's namespace. A `template` is put into
    CoreDNS's Corefile; every other name goes on being answered. CoreDNS reloads by itself once the kubelet has brought
    it the file: one to two minutes with Kubernetes' own timers, so the fault lasts that long beyond its undo as well.
    It counts as injected once every pod of CoreDNS lies. Nobody heals it. Evidence: a DNS query sent from a node is
    answered rightly before and wrongly after. Undo: the Corefile as it was before.
    """

    reach = Reach.CONTROL_PLANE
    needs = frozenset({Capability.POD_NETWORK, Capability.NODE_EXEC})
    heals: ClassVar[str] = "nobody: the configuration must be put right"
    example: ClassVar[Example] = Example({}, Effect.HARMLESS)

    host: Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9_]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9-]*$")] = ""
    answer: Annotated[str, msgspec.Meta(pattern=r"^(NXDOMAIN|\d+\.\d+\.\d+\.\d+)$")] = NXDOMAIN

    def rights(self) -> list[Right]:
        """What its requests take."""
        rights = edit_rights("configmaps", CONFIG, namespace=dns.NAMESPACE) + dns.address_rights()
        return rights if self.host else rights + may("list", "services")

    def plan(self, site: Site) -> Plan:
        """Read the Corefile, and have a right answer."""
        if self.answer != NXDOMAIN and not _is_address(self.answer):
            raise InjectionFailed(f"answer: {self.answer!r} is not accepted here; accepted is {NXDOMAIN} or an address")
        before = actions.get(site.client, "configmaps", CONFIG, dns.NAMESPACE)["data"]["Corefile"]
        name, pattern = self._names(site, zone_of(before))
        server, node = dns.server_address(site), site.record.nodes[0]
        right = dns.ask(site, node, server, name)
        if not right.addresses or right.addresses == (self.answer,):
            raise InjectionFailed(f"{name} is no baseline: the cluster's DNS says {right}")
        touch = Touch("configmaps", dns.NAMESPACE, CONFIG, f"answer {pattern} with {self.answer}")
        step = edit(site, touch, [(("data", "Corefile"), lying(before, pattern, self.answer))])
        facts = {"server": server, "node": node, "name": name, "lie": self.answer}
        return Plan(namespace=site.namespace, steps=[step], facts=facts)

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Change the Corefile, and wait until it is in force: the pods of CoreDNS reload one after the other."""
        injection = super().inject(site, plan)
        wait_until(lambda: _lies(site, plan)[0], timeout_seconds=RELOAD_SECONDS, every_seconds=1.0, clock=site.clock)
        return injection

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Ask again."""
        return seen(site, index, f"DNS queries from node {plan.facts['node']}", lambda: _lies(site, plan))

    def _names(self, site: Site, zone: str) -> tuple[str, str]:
        """A name to ask for, and the pattern of those that are lied about."""
        if self.host:
            return self.host, rf"^{re.escape(self.host)}\.$"
        services = actions.listed(site.client, "services", site.namespace)
        if not services:
            raise InjectionFailed(f"namespace {site.namespace} has no Service", hint="give the full name with `host`")
        suffix = f"{site.namespace}.svc.{zone}"
        return f"{services[0]['metadata']['name']}.{suffix}", rf"\.{re.escape(suffix)}\.$"


_TIMES = 6
"""One of two pods that still tells the truth stays unheard once in 64 tries."""


def _lies(site: Site, plan: Plan) -> tuple[bool, str]:
    """Whether every answer is the wrong one."""
    node, server, name = (plan.facts[key] for key in ("node", "server", "name"))
    heard = {str(dns.ask(site, node, server, name)) for _ in range(_TIMES)}
    return heard == {plan.facts["lie"]}, f"{name}: {', '.join(sorted(heard))}"


def zone_of(corefile: str) -> str:
    """The cluster's own domain, as the Corefile has it."""
    found = _ZONE.search(corefile)
    return found.group(1).rstrip(".") if found else "cluster.local"


def lying(corefile: str, pattern: str, answer: str) -> str:
    """The Corefile with a template for these names at the head of its first server; it outranks all that follows."""
    server = _SERVER.search(corefile)
    if server is None:
        raise InjectionFailed("the Corefile has no server block that could be edited")
    says = "rcode NXDOMAIN" if answer == NXDOMAIN else f'answer "{{{{ .Name }}}} {TTL_SECONDS} IN A {answer}"'
    # without fallthrough CoreDNS answers every other name with SERVFAIL
    lines = ["    template IN A {", f"        match {pattern}", f"        {says}", "        fallthrough", "    }"]
    return "\n".join([corefile[: server.end()], *lines]) + corefile[server.end() :]


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
