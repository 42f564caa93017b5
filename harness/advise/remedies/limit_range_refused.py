"""The remedy of `limit-range-refused`: requests and limits within the range."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.template import Fields, advise_template, template_of
from harness.diagnose.amounts import amount
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import Container
from harness.model.full.workloads import Limit, LimitRange
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("limit-range-refused")
class LimitRangeRefused(Remedy):
    """What the containers ask for, brought within what the range allows; or the range changed."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The containers first: the range was somebody's decision."""
        ranges = [limit for each in scene.all("limitranges", LimitRange) for limit in each.spec.limits]
        limits = [each for each in ranges if each.type == "Container"]
        containers = template_of(scene, cause.object).spec.containers
        changes = [change for each in containers if (change := _change(each, limits))]
        if changes:
            yield advise_template(
                scene,
                cause.object,
                {"containers": changes},
                text="Keep requests and limits within the namespace's LimitRange: "
                + "; ".join(f"{each['name']} {_words(each['resources'])}" for each in changes)
                + ". Look whether the program can live with that.",
                severity=Severity.HIGH,
                commands=[kubectl(scene.namespace, "describe", "limitrange")],
            )
        names = [each.metadata.name for each in scene.all("limitranges", LimitRange)] or ["NAME"]
        yield Advice(
            text=f"If the pods need what they ask for, have LimitRange {' and '.join(names)} changed; it was set by "
            "whoever shares the cluster out.",
            severity=Severity.MEDIUM if changes else Severity.HIGH,
            commands=[kubectl(scene.namespace, "edit", f"limitrange/{name}") for name in names],
        )


def _words(resources: dict[str, dict[str, str]]) -> str:
    amounts = [f"{part} {value} {name}" for part, fields in resources.items() for name, value in fields.items()]
    return " and ".join(amounts)


def _change(container: Container, limits: list[Limit]) -> Fields | None:
    asked = {"requests": dict(container.resources.requests), "limits": dict(container.resources.limits)}
    change: dict[str, dict[str, str]] = {"requests": {}, "limits": {}}
    for limit in limits:
        for resource, most in limit.max.items():
            for part in ("limits", "requests"):
                written = asked[part].get(resource, "")
                if (part == "limits" and not written) or amount(written) > amount(most):
                    change[part][resource] = most
        for resource, least in limit.min.items():
            for part in ("requests", "limits"):
                written = asked[part].get(resource, "")
                if (part == "requests" and not written) or (written and amount(written) < amount(least)):
                    change[part][resource] = least
    found = {part: fields for part, fields in change.items() if fields}
    return {"name": container.name, "resources": found} if found else None
