"""Pods that fail: their phase becomes Failed, as when a node that runs short of something gives them up."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from harness.damage.plan import Injection, Plan, Stepwise, seen
from harness.damage.rewrite import Document, rewrite
from harness.damage.site import Site, Touch
from harness.damage.victims import Victims, choose
from harness.kube import actions
from harness.kube.rights import Right, may
from harness.model.errors import InjectionFailed
from harness.model.objects import Pod
from harness.model.scenario import Effect, Example
from harness.model.timeline import Anchor, Evidence
from harness.registry import FAULTS

_REASON = "Evicted"
_REMOVERS = ("StatefulSet", "DaemonSet")
"""The controllers that remove a failed pod; others leave its object lying."""


@FAULTS.enter("pod-fail")
class PodFail(Victims, Stepwise, frozen=True, kw_only=True):
    """Makes pods fail: `count` or a `share` of those that `select` matches, or `all` of them.

    The phase in their status becomes Failed with reason Evicted, which is what a kubelet writes when its node runs
    short of memory or disk. A kubelet that reads it ends the containers. No disruption budget is asked, and a
    ReplicaSet leaves the failed pod's object lying. Healed by the controller that owns them; a pod without one is
    refused. Evidence: the watch shows that the controller replaced or removed each pod, or counts it as failed (a
    Job). Nothing to undo: Failed is final.
    """

    heals: ClassVar[str] = "the owning controller creates replacements"
    budget: ClassVar[str] = "pod-loss"
    example: ClassVar[Example] = Example({"select": "app=web"}, Effect.HEALS)

    def rights(self) -> list[Right]:
        """What its requests take."""
        return may("get", "pods") + may("update", "pods", subresource="status") + may("list", "jobs")

    def plan(self, site: Site) -> Plan:
        """Choose the pods."""
        chosen = choose(site, self)
        alone = [pod.metadata.name for pod in chosen if not pod.metadata.controller_uid]
        if alone:
            raise InjectionFailed(f"select: no controller owns {', '.join(alone)}: nobody would answer its failure")
        return Plan(
            namespace=site.namespace,
            victims=[Touch("pods", site.namespace, pod.metadata.name, "fail") for pod in chosen],
            facts={
                "pods": {pod.metadata.name: pod.metadata.uid for pod in chosen},
                "owners": {pod.metadata.name: pod.metadata.controller_uid for pod in chosen},
                "removed": [pod.metadata.name for pod in chosen if _controller(pod) in _REMOVERS],
                "before": [pod.metadata.uid for pod in site.picture.pods()],
            },
        )

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Write the status of each, only while it still has the uid that was chosen."""
        sent = site.clock.now()
        for name, uid in plan.facts["pods"].items():
            _fail(site, name, uid)
        # a pod whose controller removes it may be gone before anybody sees it unready
        shown = {name: "pod-gone" if name in plan.facts["removed"] else "not-ready" for name in plan.facts["pods"]}
        return Injection(sent, [Anchor(shown[name], "pods", name, uid) for name, uid in plan.facts["pods"].items()])

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """The controller's answer to each failed pod."""
        found = []
        for name, uid in plan.facts["pods"].items():
            found += seen(site, index, f"the controller of pod {name}", partial(_answered, site, plan, name, uid))
        return found


def _controller(pod: Pod) -> str:
    return next(owner.kind for owner in pod.metadata.owner_references if owner.controller)


def _answered(site: Site, plan: Plan, name: str, uid: str) -> tuple[bool, str]:
    pods = site.picture.pods()
    owner, before = plan.facts["owners"][name], plan.facts["before"]
    new = [pod.metadata.name for pod in pods if pod.metadata.controller_uid == owner and pod.metadata.uid not in before]
    if new:
        return True, f"made {', '.join(sorted(new))}"
    if not any(pod.metadata.uid == uid and not pod.terminating for pod in pods):
        return True, "removed it"
    for job in actions.listed(site.client, "jobs", site.namespace):
        if job["metadata"]["uid"] == owner and job.get("status", {}).get("failed"):
            return True, f"counts {job['status']['failed']} failed"
    return False, "has not answered"


def _fail(site: Site, name: str, uid: str) -> None:
    def fail(pod: Document) -> None:
        if pod["metadata"]["uid"] != uid:
            raise InjectionFailed(f"pod {name} was replaced by another of that name meanwhile")
        pod["status"] = _failed(pod["status"])

    if not rewrite(site, Touch("pods", site.namespace, name, "fail"), fail, subresource="status"):
        raise InjectionFailed(f"pod {name} went before it could be made to fail")


def _failed(status: dict[str, Any]) -> dict[str, Any]:
    unready = ("Ready", "ContainersReady")
    conditions = [
        {**condition, "status": "False", "reason": "PodFailed"} if condition["type"] in unready else condition
        for condition in status.get("conditions", [])
    ]
    return {**status, "phase": "Failed", "reason": _REASON, "message": "Failed by healproof.", "conditions": conditions}
