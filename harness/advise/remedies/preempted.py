"""The remedy of `preempted`: room for all, or a priority that stays."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("preempted")
class Preempted(Remedy):
    """Who stays in a full cluster is for its owners to decide."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """How to see who came, and the ways out."""
        template = '{"spec": {"template": {"spec": {"priorityClassName": "CLASS"}}}}'
        yield Advice(
            text="Decide who may stay: the cluster is full, and pods of higher priority took the place of "
            f"{cause.object}.",
            severity=Severity.HIGH,
            steps=[
                "See who has which priority: "
                + kubectl("", "get", "pods", "--all-namespaces", "--sort-by=.spec.priority", "-o", "wide"),
                "Add a node, or scale down what matters less: the pods that wait are placed by themselves.",
                (
                    f"If {cause.object} matters as much, give it a class that is high enough "
                    f"({kubectl('', 'get', 'priorityclasses')}): "
                    f"{kubectl(scene.namespace, 'patch', cause.object, '-p', template)}"
                ),
                "Those that came take as much as they request: look whether they need it.",
            ],
        )
