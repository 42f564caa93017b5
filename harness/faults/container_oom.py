"""A container that runs out of the memory it may have, so that the kernel kills its process."""

from __future__ import annotations

import secrets
from typing import ClassVar

from harness.damage.containers import IN_CONTAINER, Running, main_processes
from harness.damage.on_node import OnNode
from harness.damage.plan import Plan, Stepwise
from harness.damage.shell import END_MARKED, MARK, script
from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.damage.victims import Victims, choose
from harness.kube import actions
from harness.kube.rights import Right, may
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.registry import FAULTS

_SECONDS = 20
"""How long the container's processes may take to be killed."""

# $1 container, $2 its main process, $3 mark. The kernel kills what has the highest score: the container's own
# processes get the highest there is (raising needs no privilege, even where lowering is not allowed).
_EAT = f"""{IN_CONTAINER}{END_MARKED}
folder=$(group "$2" memory)
limit=$(cat "$folder/memory.max" 2>/dev/null || cat "$folder/memory.limit_in_bytes")
case $limit in
  max | ????????????????*) echo "the container's control group has no memory limit" >&2; exit 1 ;;
esac
for pid in $(inside "$1"); do echo 1000 >"/proc/$pid/oom_score_adj" 2>/dev/null || :; done
env {MARK}="$3" setsid sh -c '
  echo 0 >/proc/self/oom_score_adj; read -r score </proc/self/oom_score_adj; [ "$score" -lt 1000 ] || exit 1
  echo $$ >"$1/cgroup.procs" && ulimit -v $(($2 / 1024 + 65536)) && exec timeout -s KILL {_SECONDS} tail /dev/zero
' sh "$folder" "$limit" >/dev/null 2>&1 </dev/null &
tries=0
while [ -e "/proc/$2" ] && [ $tries -lt {_SECONDS}0 ]; do tries=$((tries + 1)); sleep 0.1; done
end_marked "$3"
[ ! -e "/proc/$2" ] || {{ echo "the kernel did not kill its main process within {_SECONDS} s" >&2; exit 1; }}
"""
# $1 container, $2 mark, $3 the score before, for a container that was not killed after all
_BACK = f"""{IN_CONTAINER}{END_MARKED}
end_marked "$2"
for pid in $(inside "$1"); do echo "$3" >"/proc/$pid/oom_score_adj" 2>/dev/null || :; done
"""


KILLED = 137
"""The exit code of a process that SIGKILL ended."""


@FAULTS.enter("container-oom")
class ContainerOom(Victims, Stepwise, frozen=True, kw_only=True):
    """Uses up the memory limit of `container` (default: the first) in pods until the kernel kills its processes.

    A process that eats memory is put into the container's own control group, so no more is used than the limit
    allows, and it ends as soon as the container's main process is gone. The container needs a memory limit. Healed
    by the kubelet, which restarts the container. Evidence: the watch shows this container ended with
    exit code 137, which nobody but the kernel gave it (its reason is OOMKilled where the runtime noticed in time).
    Undo: the eater is ended if it still runs.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC})
    heals: ClassVar[str] = "the kubelet restarts the container"
    budget: ClassVar[str] = "container-exit"
    example: ClassVar[Example] = Example({"select": "app=web"}, Effect.HEALS)

    container: str = ""

    def rights(self) -> list[Right]:
        """What its requests take."""
        return may("get", "pods")

    def plan(self, site: Site) -> Plan:
        """Choose the pods; refuse a container without a memory limit."""
        found = main_processes(site, choose(site, self), self.container)
        for each in found:
            _require_limit(site, each)
        steps: list[Step] = [_step(site, each) for each in found]
        victims = [Touch("pods", site.namespace, each.pod, "exhaust the memory") for each in found]
        return Plan(namespace=site.namespace, steps=steps, victims=victims, facts={"found": found})

    def anchors(self, plan: Plan) -> list[Anchor]:
        """This container ended, and by the kernel's hand."""
        found: list[Running] = plan.facts["found"]
        ended = [Anchor("container-ended", "pods", p.pod, p.uid, p.container, p.restarts) for p in found]
        return ended + [Anchor("pod-crashed", "pods", p.pod, text=str(KILLED)) for p in found]


def _step(site: Site, process: Running) -> OnNode:
    mark = secrets.token_hex(8)
    score = site.node_exec(process.node, ["cat", f"/proc/{process.pid}/oom_score_adj"]).text or "0"
    return OnNode(
        deed=f"exhaust the memory of container {process.container} of pod {process.pod}",
        node=process.node,
        script=script(_EAT, process.id, process.pid, mark),
        back=script(_BACK, process.id, mark, score),
    )


def _require_limit(site: Site, process: Running) -> None:
    containers = actions.get(site.client, "pods", process.pod, site.namespace)["spec"]["containers"]
    limits = [c.get("resources", {}).get("limits", {}) for c in containers if c["name"] == process.container]
    if not any("memory" in each for each in limits):
        raise InjectionFailed(
            f"container {process.container} of pod {process.pod} has no memory limit: it would take the node's memory",
            hint="set resources.limits.memory in the workload's pod template",
        )
