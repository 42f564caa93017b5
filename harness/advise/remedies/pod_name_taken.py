"""The remedy of `pod-name-taken`: the labels by which the StatefulSet takes its pod back."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.template import template_of
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import Pod
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("pod-name-taken")
class PodNameTaken(Remedy):
    """Labels given back to a pod that was let go; a stranger deleted."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """By whether the pod is somebody else's."""
        name = cause.facts.get("pod", "")
        pod = scene.named("pods", Pod, name)
        labels = template_of(scene, cause.object).metadata.labels
        lost = {key: value for key, value in labels.items() if pod and pod.metadata.labels.get(key) != value}
        delete = kubectl(scene.namespace, "delete", f"pod/{name}")
        if lost and pod and not pod.metadata.controller_uid:
            yield Advice(
                text=f"Give pod {name} its labels back: {cause.object} takes it for its own again, and nothing is "
                "restarted.",
                severity=Severity.HIGH,
                patches=[
                    Patch(
                        object=f"pod/{name}",
                        namespace=scene.namespace,
                        way=Way.MERGE,
                        body={"metadata": {"labels": lost}},
                    )
                ],
            )
        yield Advice(
            text=f"If pod {name} is not meant to be there, delete it: {cause.object} makes its own in its place.",
            severity=Severity.MEDIUM if lost else Severity.HIGH,
            commands=[delete],
        )
