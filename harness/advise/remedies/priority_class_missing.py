"""The remedy of `priority-class-missing`: a class that is there."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from harness.advise.declared import manifest
from harness.advise.kubectl import kubectl
from harness.advise.template import advise_template
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.workloads import Named as Present
from harness.model.scene import Scene
from harness.registry import REMEDIES

_NEAR = 0.7
_VALUE = 1000


@REMEDIES.enter("priority-class-missing")
class PriorityClassMissing(Remedy):
    """The name corrected to one that is like it, else the class created."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The nearest class first."""
        name = cause.facts.get("who", "").strip("\"'")
        there = [each.metadata.name for each in scene.all("priorityclasses", Present)]
        near = difflib.get_close_matches(name, [each for each in there if each != name], n=1, cutoff=_NEAR)
        if not name:
            yield Advice(
                text="Let the pods name a PriorityClass that is there, or create the one that they name.",
                severity=Severity.HIGH,
                commands=[kubectl("", "get", "priorityclasses"), kubectl(scene.namespace, "edit", cause.object)],
            )
            return
        if near:
            yield advise_template(
                scene,
                cause.object,
                {"priorityClassName": near[0]},
                text=f"Let the pods name class {near[0]}, which is there; {name} is not.",
                severity=Severity.HIGH,
            )
        patch = manifest(
            scene,
            "priorityclass",
            name,
            value=_VALUE,
            globalDefault=False,
            description="What this priority is for.",
        )
        yield Advice(
            text=f"Create PriorityClass {name}; choose its value among those that are there: pods of a higher one "
            "take the place of those of a lower.",
            severity=Severity.MEDIUM if near else Severity.HIGH,
            patches=[patch],
        )
