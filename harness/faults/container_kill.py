"""A container's main process killed inside its node, behind the API server's back."""

from __future__ import annotations

import enum
from typing import Annotated, Any, ClassVar

import msgspec

from harness.faults.site import Injection, Plan, Site, Touch, choose_pods
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed
from harness.model.objects import ContainerStatus, Pod
from harness.model.scenario import Fault
from harness.model.timeline import Anchor, Evidence
from harness.model.units import Selector
from harness.registry import FAULTS


class Signal(enum.StrEnum):
    """Signals that end a process. The kernel drops all but KILL for a container's first process without a handler."""

    KILL = "KILL"
    TERM = "TERM"
    SEGV = "SEGV"
    ABRT = "ABRT"


@FAULTS.enter("container-kill")
class ContainerKill(Fault, frozen=True, kw_only=True):
    """Kills the main process of `container` (default: the first) in `count` of the pods that `select` matches.

    The signal goes to the process through containerd on the pod's node, so the kubelet learns of it as it learns
    of any crash. Healed by the kubelet, which restarts the container. Evidence: the watch shows this container
    ended. Nothing to undo.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC})
    heals: ClassVar[str] = "the kubelet restarts the container"

    select: Selector
    count: Annotated[int, msgspec.Meta(ge=1)] = 1
    container: str = ""
    signal: Signal = Signal.KILL

    def plan(self, site: Site) -> Plan:
        """Choose the pods and find their containers' ids."""
        victims = []
        for pod in choose_pods(site, self.select, self.count):
            status = self._container(pod)
            victims.append(
                {
                    "pod": pod.metadata.name,
                    "uid": pod.metadata.uid,
                    "node": pod.spec.node_name,
                    "container": status.name,
                    "id": status.container_id.rpartition("//")[2],
                    "restarts": status.restart_count,
                }
            )
        touches = [Touch("pods", site.namespace, str(v["pod"]), f"kill container {v['container']}") for v in victims]
        return Plan(touches, {"namespace": site.namespace, "victims": victims})

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Send the signal."""
        sent = site.clock.now()
        anchors = []
        for victim in plan.token["victims"]:
            argv = ["ctr", "-n", "k8s.io", "tasks", "kill", "-s", f"SIG{self.signal}", victim["id"]]
            ended = site.node_exec(victim["node"], argv)
            if ended.code != 0:
                said = ended.stderr.decode(errors="replace").strip()
                raise InjectionFailed(f"container {victim['container']} of pod {victim['pod']} was not killed: {said}")
            anchors.append(
                Anchor("container-ended", "pods", victim["pod"], victim["uid"], victim["container"], victim["restarts"])
            )
        return Injection(sent, anchors)

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """The watch is the other source: the kubelet reports the end of the very container."""
        return []

    @classmethod
    def undo(cls, site: Site, token: dict[str, Any]) -> None:
        """Nothing: the kubelet has restarted it."""

    def _container(self, pod: Pod) -> ContainerStatus:
        running = [s for s in pod.status.container_statuses if s.state.running is not None]
        for status in running:
            if self.container in ("", status.name):
                return status
        names = ", ".join(status.name for status in running) or "none"
        raise InjectionFailed(
            f"container: {self.container!r} does not run in pod {pod.metadata.name}; running: {names}"
        )
