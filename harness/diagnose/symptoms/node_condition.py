"""Node conditions that are not as they should be. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.cluster import Node
from harness.model.objects import Condition
from harness.model.scene import Scene, seconds_of
from harness.registry import SYMPTOMS

_GOOD = {
    "Ready": "True",
    "MemoryPressure": "False",
    "DiskPressure": "False",
    "PIDPressure": "False",
    "NetworkUnavailable": "False",
}
_NEVER = Condition(type="Ready", status="Unknown", reason="NodeStatusNeverUpdated", message="no Ready condition")


@SYMPTOMS.enter("node-condition")
class NodeCondition(SymptomReader):
    """A node that is not Ready, is under pressure or has no network: facts `condition`, `status`, `reason`, `message`.

    A node that reports nothing has all of them Unknown; only its Ready condition is told then.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each node and condition."""
        for node in scene.nodes:
            for each in _bad(node):
                name = f"node/{node.metadata.name}"
                yield Symptom(
                    kind="node-condition",
                    object=name,
                    text=f"{name}: {each.type} is {each.status}: {each.reason}: {each.message}",
                    source=f"status of {name}",
                    facts={
                        "condition": each.type,
                        "status": each.status,
                        "reason": each.reason,
                        "message": each.message,
                    },
                    at=seconds_of(each.last_transition_time),
                )


def _bad(node: Node) -> list[Condition]:
    conditions = node.status.conditions
    if all(each.type != "Ready" for each in conditions):
        conditions = [*conditions, _NEVER]
    bad = [each for each in conditions if each.status != _GOOD.get(each.type, each.status)]
    return [each for each in bad if each.type == "Ready" or each.status != "Unknown"]
