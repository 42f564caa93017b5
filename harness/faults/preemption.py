"""Pods preempted by the scheduler for others of higher priority."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from harness.damage.addition import Addition, addition_rights
from harness.damage.edit import edit, edit_rights
from harness.damage.plan import Injection, Plan, Stepwise, seen
from harness.damage.site import Site, Touch
from harness.damage.victims import Victims, choose
from harness.kube import actions
from harness.kube.rights import Right, may
from harness.machine.clock import wait_until
from harness.model.errors import ApiError, InjectionFailed
from harness.model.objects import Pod
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor, Evidence
from harness.registry import FAULTS

_MARK = "healproof.dev/preempted-for"
_PRIORITY_MAX = 1_000_000_000
"""The highest priority that is not reserved for the system."""
_KNOWN_SECONDS_MAX = 10.0
"""How long the API server may take to learn of a new PriorityClass."""
_PAUSE = "registry.k8s.io/pause:3.10"


@FAULTS.enter("preemption")
class Preemption(Victims, Stepwise, frozen=True, kw_only=True):
    """Has the scheduler preempt pods: `count` or a `share` of those that `select` matches, or `all` of them.

    A PriorityClass just above the pods' own is added, and on each of their nodes a pod of it, which by its
    anti-affinity cannot share a node with exactly these pods; so nothing of another namespace can be preempted for
    it. Their room is not taken: for a shortage that lasts combine it with a quota. The scheduler prefers victims
    whose disruption budget allows it, but no budget stops it. Healed by the owning controller and the scheduler.
    Evidence: the watch shows the very pods (by uid) terminating, and the scheduler's own Event Preempted about each.
    Undo: what was added is removed.
    """

    heals: ClassVar[str] = "the owning controller creates replacements, the scheduler places them"
    example: ClassVar[Example] = Example({"select": "app=web"}, Effect.HEALS)

    def rights(self) -> list[Right]:
        """What its requests take."""
        added = addition_rights("priorityclasses") + addition_rights("pods")
        return added + edit_rights("pods") + may("list", "pods") + may("get", "nodes")

    def plan(self, site: Site) -> Plan:
        """Choose the pods, and a priority above theirs."""
        mark = secrets.token_hex(3)
        chosen = choose(site, self)
        unplaced = [pod.metadata.name for pod in chosen if not pod.spec.node_name]
        if unplaced:
            raise InjectionFailed(f"select: {', '.join(unplaced)} is on no node, so it cannot be preempted")
        above = _Above(f"healproof-{mark}", mark, _priority(site, chosen) + 1)
        labels = [
            edit(
                site,
                Touch("pods", site.namespace, pod.metadata.name, "preempt"),
                [(("metadata", "labels", _MARK), mark)],
            )
            for pod in chosen
        ]
        nodes = sorted({pod.spec.node_name for pod in chosen})
        return Plan(
            namespace=site.namespace,
            steps=[above.priority_class(site), *labels, *(above.preemptor(site, node) for node in nodes)],
            facts={"pods": {pod.metadata.name: pod.metadata.uid for pod in chosen}},
        )

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Do the steps; a pod of the new PriorityClass is refused until the API server has learnt of it."""
        sent = site.clock.now()
        for step in plan.steps:

            def done(step: Any = step) -> bool:
                nonlocal sent
                sent = site.clock.now()
                try:
                    step.do(site)
                except ApiError as error:
                    if "no PriorityClass" not in error.message:
                        raise
                    return False
                return True

            if not wait_until(done, timeout_seconds=_KNOWN_SECONDS_MAX, clock=site.clock):
                raise InjectionFailed(
                    f"the API server knows no PriorityClass {_KNOWN_SECONDS_MAX:g} s after its creation"
                )
        return Injection(sent, [Anchor("pod-gone", "pods", name, uid) for name, uid in plan.facts["pods"].items()])

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """The scheduler's own Event about each pod; the pod itself may be gone before anybody reads why."""

        def look() -> tuple[bool, str]:
            told = {event.involved_object.uid for event in site.picture.events() if event.reason == "Preempted"}
            lacking = [name for name, uid in plan.facts["pods"].items() if uid not in told]
            return not lacking, f"said nothing of {', '.join(lacking)}" if lacking else "Preempted"

        return seen(site, index, "the scheduler", look)


class _Above:
    """What is added to be of more priority than the pods that carry the mark."""

    def __init__(self, name: str, mark: str, priority: int) -> None:
        self._name, self._mark, self._priority = name, mark, priority

    def priority_class(self, site: Site) -> Addition:
        manifest = {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": self._name},
            "value": self._priority,
            "description": "Above the pods that a fault of healproof preempts.",
        }
        return Addition(deed=f"give priority {self._priority} by", manifest=manifest, namespace=site.namespace)

    def preemptor(self, site: Site, node: str) -> Addition:
        here = {"key": "metadata.name", "operator": "In", "values": [node]}
        apart = {"labelSelector": {"matchLabels": {_MARK: self._mark}}, "topologyKey": "kubernetes.io/hostname"}
        spec = {
            "priorityClassName": self._name,
            "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": False,
            "tolerations": [{"operator": "Exists"}],
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": [here]}]}
                },
                "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [apart]},
            },
            "containers": [{"name": "pause", "image": _pause_image(site, node), "imagePullPolicy": "IfNotPresent"}],
        }
        name = f"{self._name}-{secrets.token_hex(2)}"
        manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
        return Addition(deed=f"preempt on {node} by", manifest=manifest, namespace=site.namespace)


def _priority(site: Site, pods: list[Pod]) -> int:
    names = {pod.metadata.name for pod in pods}
    found = actions.listed(site.client, "pods", site.namespace)
    highest = max(pod["spec"].get("priority", 0) for pod in found if pod["metadata"]["name"] in names)
    if highest >= _PRIORITY_MAX:
        raise InjectionFailed(f"select: a pod has priority {highest}; nothing but the system's own can be above it")
    return int(highest)


def _pause_image(site: Site, node: str) -> str:
    """A pause image that the node has already; whether it starts does not matter, only that it is placed."""
    images = actions.get(site.client, "nodes", node)["status"].get("images", [])
    names = (name for image in images for name in image.get("names", []) if "/pause:" in name)
    return next(names, _PAUSE)
