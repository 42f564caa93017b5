"""A node whose kubelet or container runtime does not work any more."""

from __future__ import annotations

import enum
from typing import ClassVar

from harness.damage.nodes import OneNode, choose
from harness.damage.on_node import OnNode
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.model.cluster import Capability
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Anchor
from harness.registry import FAULTS


class Service(enum.StrEnum):
    """The services that make a machine a node."""

    KUBELET = "kubelet"
    CONTAINERD = "containerd"


class Halt(enum.StrEnum):
    """How a service stops working."""

    STOPPED = "stopped"
    PAUSED = "paused"


_MAIN = "pid=$(systemctl show --property=MainPID --value {service}); [ $pid -gt 1 ]"


@FAULTS.enter("node-service-stop")
class NodeServiceStop(OneNode, Stepwise, frozen=True, kw_only=True):
    """Stops or freezes the `service` kubelet or containerd of the node `node`, or of the worker that hosts most pods.

    Which worker `hosting` says, else it is the first. What runs there goes on and answers, but nobody watches over
    it: without its kubelet the node renews no lease; without containerd the kubelet reports after 30 s that its
    runtime is down. Healed by the node controller, which evicts the pods, and by their controllers elsewhere.
    Evidence: the watch shows the node not ready. Undo: the service is thawed or started.
    """

    reach = Reach.NODES
    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC, Capability.DISPOSABLE})
    heals: ClassVar[str] = "the node controller evicts the pods, their controllers recreate them on other nodes"
    budget: ClassVar[str] = "node-loss"
    example: ClassVar[Example] = Example({"hosting": "app=web", "how": "paused"}, Effect.HEALS)

    service: Service = Service.KUBELET
    how: Halt = Halt.STOPPED

    def plan(self, site: Site) -> Plan:
        """Choose the node."""
        node = choose(site, self)
        main = _MAIN.format(service=self.service)
        stop = f"systemctl stop {self.service}" if self.how is Halt.STOPPED else f"{main}; kill -s STOP $pid"
        back = f"if {main}; then kill -s CONT $pid; fi; systemctl start {self.service}"
        step = OnNode(deed=f"{self.service} {self.how}", node=node, script=stop, back=back)
        return Plan(namespace=site.namespace, steps=[step], facts={"node": node})

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The node controller, or the kubelet itself, says that the node is not ready."""
        return [Anchor("node-not-ready", "nodes", plan.facts["node"])]
