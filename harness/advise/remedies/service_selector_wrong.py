"""The remedy of `service-selector-wrong`: the labels that the pods have."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.template import template_of
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named, Remedy
from harness.model.full.network import Service
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("service-selector-wrong")
class ServiceSelectorWrong(Remedy):
    """The selector, corrected where it differs from the labels of the workload that is near."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The Service's selector: labels of pods may be what others select by."""
        near = cause.facts.get("near", "")
        service = scene.named("services", Service, cause.object.partition("/")[2])
        selector = _selector(scene, service, near) if service else {}
        patch = Patch(
            object=cause.object, namespace=scene.namespace, way=Way.MERGE, body={"spec": {"selector": selector}}
        )
        yield Advice(
            text=f"Let the Service select the pods of {near}: {cause.facts.get('differs', '')}.",
            severity=Severity.CRITICAL,
            patches=[patch] if selector else [],
            commands=[kubectl(scene.namespace, "get", "pods", "--show-labels")],
        )


def _selector(scene: Scene, service: Service, near: str) -> dict[str, str | None]:
    """What differs, as the pods have it; their own selecting labels where nothing would be left."""
    labels = template_of(scene, near).metadata.labels
    change = {key: labels.get(key) for key, value in service.spec.selector.items() if labels.get(key) != value}
    left = (service.spec.selector.keys() - change.keys()) | {key for key, value in change.items() if value}
    if left or not labels:
        return change
    workload = next((each for ref, each in scene.workloads() if ref == near), None)
    own = workload.spec.selector.match_labels if workload and workload.spec.selector else labels
    return {**change, **own}
