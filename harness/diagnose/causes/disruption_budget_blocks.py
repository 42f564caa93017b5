"""The cause `disruption-budget-blocks`: a drain that a disruption budget does not let go on."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.workloads import DisruptionBudget
from harness.model.scene import Scene, selects
from harness.registry import CAUSES


@CAUSES.enter("disruption-budget-blocks")
class DisruptionBudgetBlocks(Cause):
    """A node is being emptied, and a PodDisruptionBudget allows none of its pods on that node to be evicted.

    A budget that asks for as many pods as there are can never be drained: allow one to lack, or run one more. One
    that allows none for the moment waits until the other pods are ready again.
    """

    layer = Layer.CONFIGURATION

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Budgets without room that cover pods on a cordoned node."""
        closed = {node.metadata.name for node in scene.nodes if node.spec.unschedulable}
        for budget in scene.all("poddisruptionbudgets", DisruptionBudget) if closed else []:
            pods = [
                pod
                for pod in scene.pods
                if pod.active and pod.spec.node_name in closed and selects(budget.spec.selector, pod.metadata.labels)
            ]
            known = budget.status.expected_pods > 0
            if pods and known and budget.status.disruptions_allowed == 0:
                yield _suspicion(budget, sorted(f"pod/{pod.metadata.name}" for pod in pods), pods[0].spec.node_name)


def _suspicion(budget: DisruptionBudget, pods: list[str], node: str) -> Suspicion:
    name, status = f"poddisruptionbudget/{budget.metadata.name}", budget.status
    never = status.desired_healthy >= status.expected_pods
    words = f"{status.current_healthy} of {status.expected_pods} pods are healthy, {status.desired_healthy} must be"
    return Suspicion(
        object=name,
        confidence=0.9 if never else 0.7,
        supports=[
            f"{words}, so no disruption is allowed (status of {name})",
            f"{', '.join(pods[:3])} cannot be evicted from cordoned node {node} (spec of the node)",
        ],
        decides="evict one of the pods as a dry run: the API server answers 429 and names the budget",
        facts={"never": str(never).lower(), "node": node},
    )
