"""The remedy of `insufficient-resources`: requests that fit a node, or another node."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.sizes import quantity
from harness.advise.template import Fields, advise_template, pods_behind, template_of
from harness.diagnose.amounts import amount
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.cluster import Node
from harness.model.full.pods import Container, PodSpec
from harness.model.scene import Scene
from harness.registry import REMEDIES

_TIMES_USED = 1.3
_FITS = 0.8
"""Of what is known to be free: pods of other namespaces request some as well, and they are not seen."""


@REMEDIES.enter("insufficient-resources")
class InsufficientResources(Remedy):
    """Smaller requests where they are larger than what is used or than any node has; else more room."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The requests that fit, then how to make room."""
        spec = template_of(scene, cause.object).spec
        lacking = [each for each in cause.facts.get("lacking", "").split(",") if each]
        changes = [change for each in spec.containers if (change := _change(scene, cause.object, spec, each, lacking))]
        if changes:
            words = "; ".join(f"{each['name']} {_words(each['resources']['requests'])}" for each in changes)
            yield advise_template(
                scene,
                cause.object,
                {"containers": changes},
                text=f"Ask for what fits on a node: {words}. The scheduler counts what pods request, "
                "whatever they use. "
                "Look at what they use before you go far below that.",
                severity=Severity.HIGH,
                commands=[kubectl(scene.namespace, "top", "pods", "--containers")],
            )
        yield Advice(
            text="Make room: add a node, or take something away that requests "
            f"{' and '.join(lacking) or 'as much'} and "
            "matters less.",
            severity=Severity.HIGH if not changes else Severity.MEDIUM,
            commands=[kubectl("", "describe", "nodes"), kubectl(scene.namespace, "get", "pods", "-o", "wide")],
        )


def _words(amounts: dict[str, str]) -> str:
    return " and ".join(f"{value} {resource}" for resource, value in amounts.items())


def _change(scene: Scene, ref: str, spec: PodSpec, container: Container, lacking: list[str]) -> Fields | None:
    """Smaller requests of a container, for the resources of which no node has enough."""
    requests = {}
    for resource in lacking:
        asked = amount(container.resources.requests.get(resource, ""))
        whole = sum(amount(each.resources.requests.get(resource, "")) for each in spec.containers)
        free = max((_free(scene, node, resource) for node in scene.nodes if _open(node)), default=0.0)
        share = _FITS * free * asked / whole if whole else 0.0
        used = _TIMES_USED * _used(scene, ref, container.name, resource)
        fits = min(share, used) if used else share
        if asked and fits > 0 and fits < asked:
            requests[resource] = _below(resource, fits, asked)
    return {"name": container.name, "resources": {"requests": requests}} if requests else None


def _below(resource: str, fits: float, asked: float) -> str:
    """A quantity that reads well and is still less than what was asked for."""
    written = quantity(resource, fits)
    return written if amount(written) < asked else f"{int(fits * 1000)}m" if resource == "cpu" else str(int(fits))


def _free(scene: Scene, node: Node, resource: str) -> float:
    """What is left of a node by what the pods of this namespace request."""
    pods = [pod for pod in scene.pods if pod.spec.node_name == node.metadata.name and not pod.over]
    taken = sum(amount(each.resources.requests.get(resource, "")) for pod in pods for each in pod.spec.containers)
    return amount(node.status.allocatable.get(resource, "0")) - taken


def _open(node: Node) -> bool:
    closed = any(taint.effect in ("NoSchedule", "NoExecute") for taint in node.spec.taints)
    return node.ready and not node.spec.unschedulable and not closed


def _used(scene: Scene, ref: str, container: str, resource: str) -> float:
    pods = [pod.metadata.name for pod in pods_behind(scene, ref)]
    looks = [look for pod in pods for look in scene.looked("usage", f"pod/{pod}/{container}")]
    return max((amount(look.facts.get(resource, "")) for look in looks), default=0.0)
