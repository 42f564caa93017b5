"""The remedy of `service-port-wrong`: the port that the pods listen on."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.diagnose.symptoms.no_endpoints import selected
from harness.model.advice import Advice, Patch, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.network import Service, ServicePort
from harness.model.full.pods import ContainerPort
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("service-port-wrong")
class ServicePortWrong(Remedy):
    """`targetPort` set to what the containers declare."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The Service's ports with that one corrected."""
        service = scene.named("services", Service, cause.object.partition("/")[2])
        number = cause.facts.get("port", "")
        pods = selected(scene, service) if service else []
        offered = [port for pod in pods for each in pod.spec.containers for port in each.ports]
        wrong = next((each for each in service.spec.ports if str(each.port) == number), None) if service else None
        right = _fitting(wrong, offered) if wrong else None
        if service is None or right is None:
            yield Advice(
                text=f"Set targetPort of port {number} to where the program listens: its pods do not declare a port.",
                severity=Severity.CRITICAL,
                commands=[kubectl(scene.namespace, "edit", cause.object)],
            )
            return
        ports = [_data(each, right if each is wrong else None) for each in service.spec.ports]
        yield Advice(
            text=f"Let port {number} of the Service go to port {right} of its pods, which they say they listen on; "
            f"{cause.facts.get('target-port', 'that which is set')} they do not.",
            severity=Severity.CRITICAL,
            patches=[Patch(object=cause.object, namespace=scene.namespace, body={"spec": {"ports": ports}})],
            commands=[
                kubectl(
                    scene.namespace,
                    "get",
                    "endpointslices",
                    "-l",
                    f"kubernetes.io/service-name={service.metadata.name}",
                )
            ],
        )


def _fitting(wrong: ServicePort, offered: list[ContainerPort]) -> int | str | None:
    """By the Service port's own name or number, else the first."""
    names = [port.name for port in offered if port.name]
    if wrong.name in names:
        return wrong.name
    numbers = [port.container_port for port in offered]
    return wrong.port if wrong.port in numbers else next(iter(numbers), None)


def _data(port: ServicePort, target: int | str | None) -> dict[str, int | str]:
    """All of a port: a list that is replaced whole must lose nothing."""
    named: dict[str, int | str] = {"name": port.name} if port.name else {}
    return {
        **named,
        "port": port.port,
        "targetPort": target or port.target_port or port.port,
        "protocol": port.protocol,
    }
