"""The remedy of `disruption-budget-blocks`: a budget that lets one pod go."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named, Remedy
from harness.model.full.workloads import DisruptionBudget
from harness.model.scene import Scene, selects
from harness.registry import REMEDIES


@REMEDIES.enter("disruption-budget-blocks")
class DisruptionBudgetBlocks(Remedy):
    """One more pod where there is only one; then a budget with room for one."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """What lets the drain go on, without an outage where that can be had."""
        name = cause.object.partition("/")[2]
        budget = scene.named("poddisruptionbudgets", DisruptionBudget, name)
        single = _single(scene, budget) if budget else ""
        if single:
            yield Advice(
                text=f"Run a second pod of {single} first: with one alone every eviction is an outage.",
                severity=Severity.MEDIUM,
                patches=[Patch(object=single, namespace=scene.namespace, body={"spec": {"replicas": 2}})],
                commands=[kubectl(scene.namespace, "rollout", "status", single)],
            )
        never = cause.facts.get("never") == "true"
        spec = {"unhealthyPodEvictionPolicy": "AlwaysAllow"}
        room = {"minAvailable": None, "maxUnavailable": 1} if never else {}
        yield Advice(
            text="Let the budget allow one pod to be missing: as it stands, it never allows any, and no node under its "
            "pods can be emptied."
            if never
            else "Mend the pods that are not healthy: the budget has room once they are. Let pods that are not healthy "
            "be evicted meanwhile: they serve nobody, and may be why the node is emptied.",
            severity=Severity.HIGH if never else Severity.MEDIUM,
            patches=[
                Patch(object=cause.object, namespace=scene.namespace, way=Way.MERGE, body={"spec": {**room, **spec}})
            ],
            commands=[kubectl(scene.namespace, "get", cause.object)],
        )


def _single(scene: Scene, budget: DisruptionBudget) -> str:
    """The workload of the budget that has one replica."""
    for ref, workload in scene.workloads():
        covered = selects(budget.spec.selector, workload.spec.template.metadata.labels)
        if covered and workload.spec.replicas == 1 and ref.startswith(("deployment/", "statefulset/")):
            return ref
    return ""
