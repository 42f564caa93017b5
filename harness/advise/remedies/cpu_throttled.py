"""The remedy of `cpu-throttled`: more CPU, or no limit where requests share it out."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.sizes import quantity
from harness.advise.template import advise_template, change_containers, container_of
from harness.diagnose.amounts import amount
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_TIMES_LIMIT = 3.0


@REMEDIES.enter("cpu-throttled")
class CpuThrottled(Remedy):
    """A limit three times as high."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The new limit, where the present one is known."""
        name = cause.facts.get("container", "")
        container = container_of(scene, cause.object, name)
        limit = container.resources.limits.get("cpu", "") if container else ""
        watch = kubectl(scene.namespace, "top", "pod", "--containers")
        if not limit:
            yield Advice(
                text=f"Raise the CPU limit of container {name}, or take it away: what a container requests "
                "it gets even "
                "without a limit.",
                severity=Severity.HIGH,
                commands=[watch],
            )
            return
        size = quantity("cpu", _TIMES_LIMIT * amount(limit))
        yield advise_template(
            scene,
            cause.object,
            change_containers([name], {"resources": {"limits": {"cpu": size}}}),
            text=f"Raise the CPU limit of container {name} from {limit} to {size}: it is made to wait in most periods. "
            "Where every container requests what it needs, the limit may as well go: requests alone share a busy node "
            "out fairly.",
            severity=Severity.HIGH,
            commands=[watch],
        )
