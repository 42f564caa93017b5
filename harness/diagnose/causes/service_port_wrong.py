"""The cause `service-port-wrong`: a Service that hands requests on to a port where nobody listens."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.probes import offered
from harness.diagnose.symptoms.no_endpoints import selected
from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.network import Service, ServicePort
from harness.model.full.pods import Pod
from harness.model.scene import Look, Scene
from harness.registry import CAUSES


@CAUSES.enter("service-port-wrong")
class ServicePortWrong(Cause):
    """A Service's `targetPort` is not one that its pods offer, so requests are refused though every pod is ready.

    A port's name must be among the containers' ports, or Kubernetes leaves the port out of the endpoints; a number
    is handed on as it is, whoever listens.
    """

    layer = Layer.CONFIGURATION
    decided_by = frozenset({"request"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Target ports that none of the selected pods offers."""
        for service in scene.all("services", Service):
            pods = [pod for pod in selected(scene, service) if pod.active]
            for port in service.spec.ports if pods else []:
                confidence = _confidence(port, pods, _refusals(scene, service))
                if confidence:
                    yield _suspicion(symptoms, service, port, pods, confidence)


def _confidence(port: ServicePort, pods: list[Pod], refusals: list[Look]) -> float:
    """A name that no pod has is certain; a number says less, since containers need not declare their ports."""
    target = str(port.target_port or port.port)
    if any(target in offered(pod) | _probed(pod) for pod in pods):
        return 0.0
    if not target.isdigit():
        return 0.95
    declared = all(offered(pod) for pod in pods)
    return (0.9 if refusals else 0.65) if declared else (0.6 if refusals else 0.0)


def _probed(pod: Pod) -> set[str]:
    """The ports at which a ready pod has answered a probe: somebody listens there."""
    probes = [c.readiness_probe or c.liveness_probe for c in pod.spec.containers] if pod.ready else []
    ways = [way for probe in probes if probe for way in (probe.http_get, probe.tcp_socket, probe.grpc) if way]
    return {str(way.port) for way in ways}


def _refusals(scene: Scene, service: Service) -> list[Look]:
    """Requests to the Service that were refused."""
    looks = [each for each in scene.looked("connection") if "refused" in each.facts.get("error", "")]
    return [each for each in looks if each.about.endswith(f"-> service/{service.metadata.name}")]


def _suspicion(
    symptoms: Symptoms, service: Service, port: ServicePort, pods: list[Pod], confidence: float
) -> Suspicion:
    name = f"service/{service.metadata.name}"
    offers = ", ".join(sorted({port for pod in pods for port in offered(pod)})) or "none"
    written = symptoms.of("change", about=name)
    return Suspicion(
        object=name,
        confidence=min(0.95, confidence + 0.15 * bool(written)),
        supports=[
            f"port {port.port} goes to targetPort {port.target_port or port.port}; the pods offer {offers} (spec)",
            *told(*written),
        ],
        decides="ask the pod by its IP on both ports",
        since=max((each.at for each in written), default=0.0),
        facts={"port": str(port.port), "target-port": str(port.target_port), "offered": offers},
    )
