"""The remedy of `host-port-conflict`: no port of the node, or one pod of it at a time."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.template import Fields, advise_template, template_of
from harness.model.advice import Advice, Patch, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import Container
from harness.model.full.workloads import Workload
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("host-port-conflict")
class HostPortConflict(Remedy):
    """The host ports taken off; where they must stay, old pods end before new ones start."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Both, the one that lasts first."""
        containers = [each for each in template_of(scene, cause.object).spec.containers if each.ports]
        text = (
            "Take the ports of the node (hostPort, hostNetwork) off the containers, and reach the pods through a "
            "Service, of type NodePort or LoadBalancer if from outside."
        )
        if containers:
            changes = [{"name": each.name, "ports": _ports(each)} for each in containers]
            spec = {"containers": changes, "hostNetwork": None}
            yield advise_template(scene, cause.object, spec, text=text, severity=Severity.HIGH)
        else:
            edit = kubectl(scene.namespace, "edit", cause.object)
            yield Advice(text=text, severity=Severity.HIGH, commands=[edit])
        workload = scene.named("deployments", Workload, cause.object.partition("/")[2])
        if workload is None or not cause.object.startswith("deployment/"):
            return
        fits = (workload.spec.replicas or 0) <= len(scene.nodes)
        body = {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}}
        yield Advice(
            text="If the port of the node is needed: let the old pods end before the new ones start (a short outage at "
            "each release)."
            if fits
            else f"If the port of the node is needed: ask for no more than {len(scene.nodes)} pods, one for each node.",
            severity=Severity.MEDIUM,
            patches=[Patch(object=cause.object, namespace=scene.namespace, body=body)] if fits else [],
        )


def _ports(container: Container) -> list[Fields]:
    return [
        {
            **({"name": port.name} if port.name else {}),
            "containerPort": port.container_port,
            "protocol": port.protocol,
            "hostPort": None,
        }
        for port in container.ports
    ]
