"""Services that have pods behind them and none that is ready."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.symptoms.pod_not_ready import SETTLING_SECONDS, unready_seconds
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.network import EndpointSlice, Service
from harness.model.full.pods import Pod
from harness.model.full.workloads import Workload
from harness.model.scene import Scene
from harness.registry import SYMPTOMS

SERVICE_LABEL = "kubernetes.io/service-name"


@SYMPTOMS.enter("no-endpoints")
class NoEndpoints(SymptomReader):
    """A Service selects pods, or the pods of a workload that asks for some, and no endpoint of it is ready.

    Facts: `pods` (selected), `ready-pods`, `slices` (whether the controller's EndpointSlices were seen). Where there
    is no pod at all, the trouble is the workload's.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """Services with a selector."""
        for service in scene.all("services", Service):
            pods = [pod for pod in selected(scene, service) if pod.active]
            if not service.spec.selector or ready_endpoints(scene, service) or not scene.saw("pods"):
                continue
            late = any(unready_seconds(scene, pod) > SETTLING_SECONDS for pod in pods)
            if late or (not pods and wanted_behind(scene, service)):
                yield _symptom(scene, service, pods)


def selected(scene: Scene, service: Service) -> list[Pod]:
    """The pods that the Service's selector matches."""
    wanted = service.spec.selector.items()
    return [pod for pod in scene.pods if wanted and wanted <= pod.metadata.labels.items()]


def ready_endpoints(scene: Scene, service: Service) -> int:
    """Its ready endpoints, as the EndpointSlices say; by the pods where these could not be read."""
    if not scene.saw("endpointslices"):
        return sum(pod.active and pod.ready for pod in selected(scene, service))
    slices = [each for each in scene.all("endpointslices", EndpointSlice) if _of(each, service)]
    return sum(endpoint.conditions.ready is not False for each in slices for endpoint in each.endpoints or [])


def wanted_behind(scene: Scene, service: Service) -> bool:
    """Whether a workload asks for pods of which the Service would select each."""
    wanted = service.spec.selector.items()
    return any(
        _asks(ref, each) and wanted <= each.spec.template.metadata.labels.items() for ref, each in scene.workloads()
    )


def _asks(ref: str, workload: Workload) -> bool:
    return not ref.startswith("job/") and workload.spec.replicas != 0


def _of(slice_: EndpointSlice, service: Service) -> bool:
    return slice_.metadata.labels.get(SERVICE_LABEL) == service.metadata.name


def _symptom(scene: Scene, service: Service, pods: list[Pod]) -> Symptom:
    name = f"service/{service.metadata.name}"
    ready = sum(pod.ready for pod in pods)
    return Symptom(
        kind="no-endpoints",
        object=name,
        text=f"no ready endpoint; {len(pods)} pods are selected, {ready} of them ready",
        source=f"EndpointSlices of {name}" if scene.saw("endpointslices") else f"pods that {name} selects",
        facts={
            "pods": str(len(pods)),
            "ready-pods": str(ready),
            "slices": str(scene.saw("endpointslices")).lower(),
        },
        trouble=bool(pods),
    )
