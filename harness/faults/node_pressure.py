"""A node that says it runs out of memory, disk or process ids."""

from __future__ import annotations

import enum
import json
import secrets
import shlex
from typing import Any, ClassVar, NamedTuple

from ruamel.yaml import YAML

from harness.damage.edit import edit
from harness.damage.nodes import OneNode, choose, evictable
from harness.damage.on_node import OnNode
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Anchor
from harness.registry import FAULTS


class Resource(enum.StrEnum):
    """What a node can run out of."""

    MEMORY = "memory"
    DISK = "disk"
    PID = "pid"


class Shortage(NamedTuple):
    """The kubelet's signal, the node condition and the node controller's taint for one resource."""

    signal: str
    condition: str
    taint: str


SHORTAGES = {
    Resource.MEMORY: Shortage("memory.available", "MemoryPressure", "node.kubernetes.io/memory-pressure"),
    Resource.DISK: Shortage("nodefs.available", "DiskPressure", "node.kubernetes.io/disk-pressure"),
    Resource.PID: Shortage("pid.available", "PIDPressure", "node.kubernetes.io/pid-pressure"),
}
CONFIG = "/var/lib/kubelet/config.yaml"
MORE_THAN_ANY = str(10**18)
"""A threshold above what any machine has free, in bytes or processes."""
GRACE_SECONDS_MAX = 30
EVICTED = "The node "
"""How the kubelet's Event begins: "was low on resource …" for an eviction, "had condition …" where it refuses a pod."""


@FAULTS.enter("node-pressure")
class NodePressure(OneNode, Stepwise, frozen=True, kw_only=True):
    """Has the node `node`, or the worker that hosts most pods matching `hosting`, run out of `of`: memory, disk, pid.

    The kubelet's soft eviction threshold is raised above what is free and the kubelet restarted: the condition, the
    taint and the evictions are its own, and nothing is eaten up; for `disk` the images are pinned first, or the
    kubelet would delete them. On kwok, whose nodes have no kubelet, the condition is written. Healed by the
    workloads' controllers and the scheduler on other nodes. Evidence: the watch shows the node controller's taint
    for the condition and the namespace's pods on the node evicted, one in 10 s. Undo: the kubelet's configuration
    is put back byte for byte and the kubelet restarted.
    """

    reach = Reach.NODES
    needs = frozenset({Capability.DISPOSABLE})
    heals: ClassVar[str] = "the kubelet evicts pods, their controllers recreate them on other nodes"
    example: ClassVar[Example] = Example({"hosting": "app=web", "of": "memory"}, Effect.HEALS)

    of: Resource = Resource.MEMORY

    def plan(self, site: Site) -> Plan:
        """Choose the node."""
        node = choose(site, self)
        simulated = Capability.NODE_EXEC not in site.record.capabilities
        step = self._told(site, node) if simulated else self._raised(site, node)
        evicted = [] if simulated else [pod.metadata.name for pod in evictable(site, node)]
        return Plan(namespace=site.namespace, steps=[step], facts={"node": node, "evicted": evicted})

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The node controller's taint, and the end of each pod that the kubelet evicts."""
        taint = Anchor("node-tainted", "nodes", plan.facts["node"], text=SHORTAGES[self.of].taint)
        # a restarted kubelet has pods unready for a moment anyway: only its own words tell an eviction
        return [taint, *(Anchor("event", "events", name, text=EVICTED) for name in plan.facts["evicted"])]

    def _raised(self, site: Site, node: str) -> Step:
        asked = site.node_exec(node, ["cat", CONFIG])
        if asked.code != 0:
            raise InjectionFailed(f"node {node}: {CONFIG}: {asked.stderr.decode(errors='replace').strip()[-200:]}")
        config: dict[str, Any] = YAML(typ="safe", pure=True).load(asked.stdout)
        signal, kept = SHORTAGES[self.of].signal, f"{CONFIG}.{secrets.token_hex(4)}"
        # soft: a hard threshold would be taken off what the scheduler may give away as well
        config["evictionSoft"] = {**config.get("evictionSoft", {}), signal: MORE_THAN_ANY}
        config["evictionSoftGracePeriod"] = {**config.get("evictionSoftGracePeriod", {}), signal: "1s"}
        config.setdefault("evictionMaxPodGracePeriod", GRACE_SECONDS_MAX)
        pin, unpin = (_PIN, _UNPIN) if self.of is Resource.DISK else ("", "")
        return OnNode(
            deed=f"raise the kubelet's threshold of {signal}",
            node=node,
            script=f"kept={kept}\n{pin}{_RAISE}".replace("NEW", shlex.quote(json.dumps(config, indent=2, default=str))),
            back=f"kept={kept}\n{_LOWER}{unpin}",
            timeout_seconds=120,
        )

    def _told(self, site: Site, node: str) -> Step:
        path = ("status", "conditions", f"[type={SHORTAGES[self.of].condition}]", "status")
        touch = Touch("nodes", "", node, f"say {SHORTAGES[self.of].condition}")
        return edit(site, touch, [(path, "True")], subresource="status")


_RAISE = f"""
[ -e "$kept" ] || {{ cp -p {CONFIG} "$kept.half"; mv "$kept.half" "$kept"; }}
printf '%s\\n' NEW >{CONFIG}
systemctl restart kubelet
"""
_LOWER = f"""
if [ -e "$kept" ]; then
  cp -p "$kept" "$kept.half"; mv "$kept.half" {CONFIG}
  systemctl restart kubelet
  rm "$kept"
fi
rm -f "$kept.half"
"""
_PIN = """
if [ ! -e "$kept.images" ]; then
  ctr -n k8s.io images list -q 'labels."io.cri-containerd.pinned"!=pinned' >"$kept.half"; mv "$kept.half" "$kept.images"
fi
while read -r image; do
  ctr -n k8s.io images label "$image" io.cri-containerd.pinned=pinned
done <"$kept.images" >/dev/null
"""
_UNPIN = """
if [ -e "$kept.images" ]; then
  while read -r image; do
    ctr -n k8s.io images label "$image" io.cri-containerd.pinned= || true
  done <"$kept.images" >/dev/null
  rm "$kept.images"
fi
"""
