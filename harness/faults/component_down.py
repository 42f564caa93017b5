"""A part of the control plane taken down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from harness.damage.outage import PartOutage
from harness.damage.plan import Injection, Plan, Stepwise, seen
from harness.damage.site import Site
from harness.kube import actions
from harness.kube.client import Client
from harness.model.cluster import Capability, Outage, Part
from harness.model.errors import ApiError, ClusterBroken
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Evidence
from harness.registry import FAULTS

ANSWER_SECONDS = 4.0
"""How long a health check may take: the API server itself gives etcd two seconds."""
LAPSE_SECONDS = 10.0
"""How much longer than a lease lasts may pass until it is seen to have lapsed."""

Look = Callable[[], tuple[bool, str]]


@FAULTS.enter("component-down")
class ComponentDown(Stepwise, frozen=True, kw_only=True):
    """Takes `part` of the control plane down: kube-apiserver, etcd, kube-scheduler or kube-controller-manager.

    `how` is killed (where a kubelet runs it, it is back within seconds), stopped (ended, and it stays down) or paused
    (frozen with its connections open; a kubelet restarts it once its liveness probe has failed for about 80 s).
    Pods that run go on running; nothing new is decided. Without API server or etcd the watches are blind meanwhile,
    which the verdict says in its error bars. Evidence: on a connection of its own `/livez` or the etcd check of
    `/readyz` fails; of the others that their lease lapses, is given up, or that another process had to take it.
    Undo: the part is started or thawed, by the provider and without the API.
    """

    reach = Reach.CONTROL_PLANE
    needs = frozenset({Capability.CONTROL_PLANE})
    heals: ClassVar[str] = "the kubelet restarts what was killed; nobody what is stopped or paused"
    budget: ClassVar[str] = "control-plane"
    example: ClassVar[Example] = Example({"part": "kube-scheduler", "how": "stopped"}, Effect.HARMLESS)

    part: Part
    how: Outage = Outage.STOPPED

    def plan(self, site: Site) -> Plan:
        """Remember who holds the part's lease."""
        step = PartOutage(deed=f"{_VERBS[self.how]} {self.part}", part=self.part, how=self.how)
        facts = {} if self._blinds else {"lease": _lease(site.client, self.part)}
        return Plan(namespace=site.namespace, steps=[step], facts=facts)

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Take it down; what the watches miss from then on is this fault's doing."""
        return super().inject(site, plan)._replace(blinds=self._blinds)

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Ask as anybody else would."""
        if self._blinds:
            check = "/livez" if self.part is Part.API_SERVER else "/readyz/etcd"
            return seen(site, index, f"{check} on another connection", lambda: _fails(site, check))
        lease = plan.facts["lease"]
        within = _seconds(lease) + LAPSE_SECONDS
        source = f"lease kube-system/{self.part}"
        return seen(site, index, source, _lapse(site, self.part, lease), within_seconds=within)

    @property
    def _blinds(self) -> bool:
        return self.part in (Part.API_SERVER, Part.ETCD)


_VERBS = {Outage.KILLED: "kill", Outage.STOPPED: "stop", Outage.PAUSED: "pause"}


def _fails(site: Site, check: str) -> tuple[bool, str]:
    client = Client.from_kubeconfig(site.record.kubeconfig, site.record.context)
    try:
        client.request("GET", check, timeout_seconds=ANSWER_SECONDS)
    except ApiError as error:
        return error.status >= 500, f"{error.status} {error.message[:200]}"
    except ClusterBroken as error:
        return True, error.message
    finally:
        client.close()
    return False, "ok"


def _lapse(site: Site, part: Part, before: dict[str, Any]) -> Look:
    """Whether its lease was not renewed for as long as it lasts, or has passed to another process."""
    renewed, since = _renewed(before), site.clock.now()

    def look() -> tuple[bool, str]:
        nonlocal renewed, since
        lease = _lease(site.client, part)
        holder = lease.get("holderIdentity")
        if holder != before.get("holderIdentity"):
            return True, f"passed on to {holder}" if holder else "given up"
        if _renewed(lease) != renewed:
            renewed, since = _renewed(lease), site.clock.now()
        silent = site.clock.now() - since
        return silent > _seconds(lease), f"not renewed for {silent:.1f} s, it lasts {_seconds(lease):.0f} s"

    return look


def _lease(client: Client, part: Part) -> dict[str, Any]:
    spec: dict[str, Any] = actions.get(client, "leases", part, "kube-system")["spec"]
    return spec


def _renewed(lease: dict[str, Any]) -> str:
    return str(lease.get("renewTime", ""))


def _seconds(lease: dict[str, Any]) -> float:
    return float(lease.get("leaseDurationSeconds", 0))
