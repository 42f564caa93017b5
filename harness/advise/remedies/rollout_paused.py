"""The remedy of `rollout-paused`: let the change go."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Patch, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("rollout-paused")
class RolloutPaused(Remedy):
    """Resume it."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Looks at the change, then resumes."""
        yield Advice(
            text="Resume the roll-out. Look first at what was changed while it was paused: all of it goes out at once.",
            severity=Severity.MEDIUM,
            patches=[Patch(object=cause.object, namespace=scene.namespace, body={"spec": {"paused": False}})],
            commands=[
                kubectl(scene.namespace, "rollout", "history", cause.object),
                kubectl(scene.namespace, "rollout", "status", cause.object),
            ],
        )
