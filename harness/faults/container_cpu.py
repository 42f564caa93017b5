"""A container whose processor time is taken by busy processes of its own control group."""

from __future__ import annotations

import secrets
from typing import Annotated, ClassVar

import msgspec

from harness.damage.containers import IN_CONTAINER, Running, main_processes
from harness.damage.on_node import OnNode
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.shell import END_MARKED, MARK, script
from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.damage.victims import Victims, choose
from harness.model.cluster import Capability
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.registry import FAULTS

_BUSY_SHARE = 0.1
"""What of one processor the control group must use for it to count as busy: the machine may be busy itself."""

# $1 main process, $2 mark, $3 how many. Each ends by itself with the container, whose control group must go then.
_BURN = f"""{IN_CONTAINER}{END_MARKED}
cpu=$(group "$1" cpu) account=$(group "$1" cpuacct) started=0
while [ $started -lt "$3" ]; do
  started=$((started + 1))
  env {MARK}="$2" setsid sh -c '
    echo $$ >"$2/cgroup.procs" && echo $$ >"$3/cgroup.procs" || exit 1
    while [ -e "/proc/$1" ]; do turns=0; while [ $turns -lt 100000 ]; do turns=$((turns + 1)); done; done
  ' sh "$1" "$cpu" "$account" >/dev/null 2>&1 </dev/null &
done
sleep 0.3
[ "$(marked "$2" | wc -l)" -ge "$3" ] || {{ echo "no process can be put into control group $cpu" >&2; exit 1; }}
"""
_END = f'{END_MARKED}\nend_marked "$1"\n'
# $1 main process. Prints what the group used in one second, in ms, and how often it was throttled meanwhile
_USED = rf"""{IN_CONTAINER}
cpu=$(group "$1" cpu) account=$(group "$1" cpuacct)
used() {{ awk '{{print $1 / 1000000}}' "$account/cpuacct.usage" 2>/dev/null ||
  awk '$1 == "usage_usec" {{print $2 / 1000}}' "$cpu/cpu.stat"; }}
throttled() {{ awk '$1 == "nr_throttled" {{n = $2}} END {{print n + 0}}' "$cpu/cpu.stat"; }}
was=$(used) stood=$(throttled); sleep 1
awk -v a="$was" -v b="$(used)" -v c="$stood" -v d="$(throttled)" 'BEGIN {{printf "%.0f %d\n", b - a, d - c}}'
"""


@FAULTS.enter("container-cpu")
class ContainerCpu(Victims, Stepwise, frozen=True, kw_only=True):
    """Keeps `processes` busy processes in the control group of `container` (default: the first) in pods.

    They compete with the container's own processes for what its CPU limit allows, or, where it has none, for its
    share of the node. Kubernetes does not heal it; a liveness probe that times out restarts the container, and the
    busy processes end with the old one. Evidence: the kernel's account of the control group grows, or counts it as
    throttled. Undo: the busy processes are ended.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC})
    heals: ClassVar[str] = "nobody; where a liveness probe fails, the kubelet restarts the container"
    example: ClassVar[Example] = Example({"select": "app=web"}, Effect.HARMLESS)

    container: str = ""
    processes: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1

    def plan(self, site: Site) -> Plan:
        """Choose the pods and find their containers' processes."""
        found = main_processes(site, choose(site, self), self.container)
        steps: list[Step] = [self._step(each, secrets.token_hex(8)) for each in found]
        victims = [Touch("pods", site.namespace, each.pod, "keep busy") for each in found]
        return Plan(namespace=site.namespace, steps=steps, victims=victims, facts={"found": found})

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Measure each control group for a second."""
        return [proof for each in plan.facts["found"] for proof in _look(site, each, index)]

    def _step(self, process: Running, mark: str) -> OnNode:
        return OnNode(
            deed=f"keep container {process.container} of pod {process.pod} busy",
            node=process.node,
            script=script(_BURN, process.pid, mark, self.processes),
            back=script(_END, mark),
        )


def _look(site: Site, process: Running, index: int) -> list[Evidence]:
    def look() -> tuple[bool, str]:
        words = site.node_exec(process.node, ["sh", "-c", script(_USED, process.pid)]).text.split()
        if len(words) != 2:
            return False, f"{process.pod}: its control group cannot be read"
        used_ms, throttled = int(words[0]), int(words[1])
        text = f"{process.pod}: {used_ms} ms of processor time in one second, throttled {throttled} times"
        return used_ms >= _BUSY_SHARE * 1000 or throttled > 0, text

    return seen(site, index, "the kernel's account of the container's control group", look, within_seconds=6)
