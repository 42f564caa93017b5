"""The remedy of `autoscaler-at-limit`: a higher maximum, where the cluster has room."""

from __future__ import annotations

import math
from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_MORE = 1.5


@REMEDIES.enter("autoscaler-at-limit")
class AutoscalerAtLimit(Remedy):
    """Half as many pods again."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The new maximum."""
        most = int(cause.facts.get("max", "0") or 0)
        raised = max(most + 1, math.ceil(most * _MORE))
        yield Advice(
            text=f"Let it have up to {raised} pods instead of {most}. Look first whether the nodes and the namespace's "
            "quota have room for them, and whether the load is one that more pods can carry (not a database behind).",
            severity=Severity.MEDIUM,
            patches=[
                Patch(
                    object=cause.object,
                    namespace=scene.namespace,
                    way=Way.MERGE,
                    body={"spec": {"maxReplicas": raised}},
                )
            ],
            commands=[
                kubectl("", "describe", "nodes"),
                kubectl(scene.namespace, "get", "resourcequota"),
            ],
        )
