"""A container's main process killed inside its node, behind the API server's back."""

from __future__ import annotations

import enum
from typing import ClassVar

from harness.damage.containers import find_running
from harness.damage.plan import Injection, Plan, Stepwise
from harness.damage.site import Site, Touch
from harness.damage.victims import Victims, choose
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor
from harness.registry import FAULTS


class Signal(enum.StrEnum):
    """Signals that end a process. The kernel drops all but KILL for a container's first process without a handler."""

    KILL = "KILL"
    TERM = "TERM"
    SEGV = "SEGV"
    ABRT = "ABRT"


@FAULTS.enter("container-kill")
class ContainerKill(Victims, Stepwise, frozen=True, kw_only=True):
    """Kills the main process of `container` (default: the first) in pods: `count` or a `share` of `select`, or `all`.

    The signal goes to the process through containerd on the pod's node, so the kubelet learns of it as it learns
    of any crash. Healed by the kubelet, which restarts the container. Evidence: the watch shows this container
    ended. Nothing to undo.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC})
    heals: ClassVar[str] = "the kubelet restarts the container"
    budget: ClassVar[str] = "container-exit"
    example: ClassVar[Example] = Example({"select": "app=web"}, Effect.HEALS)

    container: str = ""
    signal: Signal = Signal.KILL

    def plan(self, site: Site) -> Plan:
        """Choose the pods and find their containers' ids."""
        found = [find_running(pod, self.container) for pod in choose(site, self)]
        victims = [Touch("pods", site.namespace, each.pod, f"kill container {each.container}") for each in found]
        return Plan(namespace=site.namespace, victims=victims, facts={"found": found})

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Send the signal."""
        sent = site.clock.now()
        anchors = []
        for victim in plan.facts["found"]:
            argv = ["ctr", "-n", "k8s.io", "tasks", "kill", "-s", f"SIG{self.signal}", victim.id]
            ended = site.node_exec(victim.node, argv)
            if ended.code != 0:
                said = ended.stderr.decode(errors="replace").strip()
                raise InjectionFailed(f"container {victim.container} of pod {victim.pod} was not killed: {said}")
            anchors.append(Anchor("container-ended", "pods", victim.pod, victim.uid, victim.container, victim.restarts))
        return Injection(sent, anchors)
