"""The remedy of `scaled-down`: the number of pods that was declared."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Patch, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("scaled-down")
class ScaledDown(Remedy):
    """The number that a declaration, a budget or the Events tell."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Scale it up again."""
        wanted, now = cause.facts.get("wanted", ""), cause.facts.get("replicas", "")
        whole = kubectl(scene.namespace, "scale", cause.object, f"--replicas={wanted or 'NUMBER'}")
        patch = Patch(object=cause.object, namespace=scene.namespace, body={"spec": {"replicas": int(wanted or 0)}})
        yield Advice(
            text=f"Scale {cause.object} from {now} to {wanted or 'the number that you declare for it'} "
            "pods again, unless "
            "somebody took it down on purpose: ask whoever changed it.",
            severity=Severity.CRITICAL if now == "0" else Severity.HIGH,
            patches=[patch] if wanted else [],
            commands=[] if wanted else [whole],
        )
