"""A container whose processes are all stopped: alive, and answering nothing."""

from __future__ import annotations

from typing import ClassVar

from harness.damage.containers import IN_CONTAINER, Running, main_processes
from harness.damage.on_node import OnNode
from harness.damage.plan import Plan, Stepwise, seen
from harness.damage.shell import script
from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.damage.victims import Victims, choose
from harness.model.cluster import Capability
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.registry import FAULTS

# several rounds: a process may start another while it is being stopped
_SIGNAL = f"""{IN_CONTAINER}
for _ in 1 2 3; do for pid in $(inside "$1"); do kill "-$2" "$pid" 2>/dev/null || :; done; done
"""
_STATE = r"""grep -q "$1" "/proc/$2/cgroup" && sed -n 's/^State:[[:space:]]*//p' "/proc/$2/status" """


@FAULTS.enter("container-pause")
class ContainerPause(Victims, Stepwise, frozen=True, kw_only=True):
    """Stops all processes of `container` (default: the first) in pods, as a deadlock or a hung disk does.

    Connections are still accepted by the kernel and never answered. Where a liveness probe is, the kubelet
    restarts the container, and the new one runs; an exec probe notices only if it asks the stopped processes.
    Evidence: the kernel shows the container's main process as stopped. Undo: the processes of that very
    container go on.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC})
    heals: ClassVar[str] = "the kubelet restarts the container when its liveness probe fails; nobody without one"
    budget: ClassVar[str] = "hang"
    example: ClassVar[Example] = Example({"select": "app=web"}, Effect.HEALS)

    container: str = ""

    def plan(self, site: Site) -> Plan:
        """Choose the pods and find their containers' processes."""
        found = main_processes(site, choose(site, self), self.container)
        steps: list[Step] = [
            OnNode(
                deed=f"stop container {each.container} of pod {each.pod}",
                node=each.node,
                script=script(_SIGNAL, each.id, "STOP"),
                back=script(_SIGNAL, each.id, "CONT"),
            )
            for each in found
        ]
        victims = [Touch("pods", site.namespace, each.pod, "stop") for each in found]
        return Plan(namespace=site.namespace, steps=steps, victims=victims, facts={"found": found})

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Ask the kernel for the state of each main process."""
        return [proof for each in plan.facts["found"] for proof in _look(site, each, index)]


def _look(site: Site, process: Running, index: int) -> list[Evidence]:
    def look() -> tuple[bool, str]:
        state = site.node_exec(process.node, ["sh", "-c", script(_STATE, process.id, process.pid)]).text
        return state.startswith("T"), f"{process.pod}: {state or 'gone'}"

    return seen(site, index, "the state of the container's main process in the kernel", look, within_seconds=5)
