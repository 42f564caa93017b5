"""A node that repels pods."""

from __future__ import annotations

import enum
import secrets
from typing import Annotated, Any, ClassVar

import msgspec

from harness.damage.addition import Addition, addition_rights
from harness.damage.edit import edit, edit_rights
from harness.damage.nodes import OneNode, choose, evictable
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site, Touch
from harness.kube import actions
from harness.kube.rights import Right
from harness.model.errors import InjectionFailed
from harness.model.scenario import Effect, Example, Reach
from harness.model.timeline import Anchor
from harness.registry import FAULTS


class TaintEffect(enum.StrEnum):
    """What a taint does to pods that do not tolerate it."""

    NO_SCHEDULE = "NoSchedule"
    NO_EXECUTE = "NoExecute"


@FAULTS.enter("node-taint")
class NodeTaint(OneNode, Stepwise, frozen=True, kw_only=True):
    """Taints the node `node`, or the worker that hosts most pods matching `hosting`, else the first worker.

    The taint is `key`=`value`; with `effect: NoSchedule` new pods have to find another node, with `NoExecute` those
    that run there are evicted too, at once and past every disruption budget. Healed by the workloads' controllers
    and the scheduler on other nodes. Evidence: the scheduler refuses the node to a pod that is made for it and
    tolerates nothing, and with `NoExecute` the very pods of the namespace are gone. Undo: the pod and the taint are
    removed; a node that carries the key already is refused.
    """

    reach = Reach.NODES
    heals: ClassVar[str] = "controllers recreate evicted pods, the scheduler places them on other nodes"
    budget: ClassVar[str] = "node-taint"
    example: ClassVar[Example] = Example({"hosting": "app=web", "effect": "NoExecute"}, Effect.HEALS)

    key: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?$")] = "healproof.dev/taint"
    value: str = ""
    effect: TaintEffect = TaintEffect.NO_SCHEDULE

    def rights(self) -> list[Right]:
        """What its requests take."""
        return edit_rights("nodes", self.node) + addition_rights("pods")

    def plan(self, site: Site) -> Plan:
        """Choose the node."""
        node = choose(site, self)
        taints = actions.get(site.client, "nodes", node)["spec"].get("taints", [])
        if any(taint["key"] == self.key for taint in taints):
            raise InjectionFailed(f"key: node {node} carries a taint with the key {self.key} already")
        taint = {"key": self.key, "value": self.value, "effect": str(self.effect)}
        path = ("spec", "taints", f"[key={self.key}]")
        steps = [
            edit(site, Touch("nodes", "", node, f"taint {self.key}:{self.effect}"), [(path, taint)]),
            Addition(deed="a pod for this node", manifest=_probe(node), namespace=site.namespace),
        ]
        evicted = evictable(site, node) if self.effect is TaintEffect.NO_EXECUTE else []
        return Plan(
            namespace=site.namespace,
            steps=steps,
            facts={"evicted": [(pod.metadata.name, pod.metadata.uid) for pod in evicted]},
        )

    def anchors(self, plan: Plan) -> list[Anchor]:
        """The scheduler's refusal, and the pods that the taint controller evicts."""
        gone = [Anchor("pod-gone", "pods", name, uid) for name, uid in plan.facts["evicted"]]
        return [Anchor("pod-unschedulable", "pods", PROBE, text="untolerated taint"), *gone]


PROBE = "healproof-probe-"


def _probe(node: str) -> dict[str, Any]:
    container = {
        "name": "probe",
        "image": "healproof.local/never-started",
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"{PROBE}{secrets.token_hex(3)}"},
        "spec": {
            "containers": [container],
            "nodeSelector": {"kubernetes.io/hostname": node},
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        },
    }
