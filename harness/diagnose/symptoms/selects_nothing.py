"""Services whose selector matches no pod and no workload's template."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.symptoms.no_endpoints import selected
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.network import Service
from harness.model.full.workloads import Workload
from harness.model.scene import Scene
from harness.registry import SYMPTOMS


@SYMPTOMS.enter("selects-nothing")
class SelectsNothing(SymptomReader):
    """A Service's selector matches nothing that is there or could be.

    Facts: `selector`, `near` (the workload that it was meant for as far as names and labels tell, or nothing),
    `differs` (`KEY=VALUE of the selector, the pods have VALUE`), `edited-after-seconds` (how long after its creation
    the spec was last written, 0 where that is not known). Trouble where a workload is near that no other Service
    selects: a Service kept for later harms nobody.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """Services with a selector and without anything behind them."""
        services = [each for each in scene.all("services", Service) if each.spec.selector]
        for service in services:
            behind = any(_matches(service, each) for _, each in scene.workloads())
            if scene.saw("pods") and scene.saw("deployments") and not behind and not selected(scene, service):
                near = _near(scene, service, services)
                yield _symptom(scene, service, *near)


def _near(scene: Scene, service: Service, services: list[Service]) -> tuple[str, str]:
    """The workload that the Service was meant for, and the labels that keep them apart."""
    found: list[tuple[int, str, str]] = []
    for ref, workload in scene.workloads():
        labels = workload.spec.template.metadata.labels
        if ref.startswith("job/") or any(_matches(other, workload) for other in services):
            continue
        apart = {key: value for key, value in service.spec.selector.items() if labels.get(key) != value}
        shared = len(service.spec.selector) - len(apart)
        same_name = ref.partition("/")[2] == service.metadata.name
        if shared or same_name:
            words = ", ".join(f"{k}={v} where the pods have {k}={labels.get(k, '(none)')}" for k, v in apart.items())
            found.append((shared + 10 * same_name, ref, words))
    return max(found)[1:] if found else ("", "")


def _matches(service: Service, workload: Workload) -> bool:
    return service.spec.selector.items() <= workload.spec.template.metadata.labels.items()


def _symptom(scene: Scene, service: Service, near: str, differs: str) -> Symptom:
    name = f"service/{service.metadata.name}"
    selector = ",".join(f"{key}={value}" for key, value in service.spec.selector.items())
    written = [scene.age(each.time) for each in service.metadata.managed_fields if each.time and not each.subresource]
    edited = scene.age(service.metadata.creation_timestamp) - min(written) if written else 0.0
    return Symptom(
        kind="selects-nothing",
        object=name,
        text=f"the selector {selector} matches no pod" + (f"; {near} is near: {differs}" if near else ""),
        source=f"spec of {name}",
        facts={"selector": selector, "near": near, "differs": differs, "edited-after-seconds": f"{edited:.0f}"},
        trouble=bool(near),
    )
