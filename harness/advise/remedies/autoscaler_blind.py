"""The remedy of `autoscaler-blind`: requests to compare with, a target that is there, or a metrics server."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.template import advise_template, change_containers, template_of
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named, Remedy
from harness.model.full.workloads import Autoscaler
from harness.model.scene import Scene
from harness.registry import REMEDIES

_START = {"cpu": "100m", "memory": "128Mi"}


@REMEDIES.enter("autoscaler-blind")
class AutoscalerBlind(Remedy):
    """By what it cannot see: its target, its pods' requests, or any metrics at all."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """What lacks, then how to look for metrics."""
        target = cause.facts.get("target", "")
        if cause.facts.get("reason") == "FailedGetScale":
            yield _target(scene, cause.object, target)
            return
        scaler = scene.named("horizontalpodautoscalers", Autoscaler, cause.object.partition("/")[2])
        measured = _compared(scaler) if scaler else []
        for name in measured:
            lacking = [
                each.name for each in template_of(scene, target).spec.containers if name not in each.resources.requests
            ]
            if lacking:
                yield advise_template(
                    scene,
                    target,
                    change_containers(lacking, {"resources": {"requests": {name: _START.get(name, "1")}}}),
                    text=f"State how much {name} the containers {', '.join(lacking)} request: the autoscaler compares "
                    "their use with that. Set it to what they use in quiet times.",
                    severity=Severity.HIGH,
                )
        yield Advice(
            text="See whether there are metrics: without them the number of pods stays as it is, whatever the load.",
            severity=Severity.HIGH,
            steps=[
                f"Ask for what the autoscaler asks: {kubectl(scene.namespace, 'top', 'pods')}",
                f"If that fails, look who should answer: {kubectl('', 'get', 'apiservice', 'v1beta1.metrics.k8s.io')}",
                (
                    "Install or mend metrics-server (or the adapter of your custom metrics). It takes a "
                    "minute until the "
                    "autoscaler acts again."
                ),
            ],
        )


def _target(scene: Scene, ref: str, target: str) -> Advice:
    """The workload whose name is nearest to the one that is not there."""
    kind, _, name = target.partition("/")
    there = {each.partition("/")[2]: each for each, _ in scene.workloads() if each.startswith(f"{kind}/")}
    near = difflib.get_close_matches(name, there, n=1, cutoff=0.0)
    patch = Patch(
        object=ref,
        namespace=scene.namespace,
        way=Way.MERGE,
        body={"spec": {"scaleTargetRef": {"name": near[0] if near else name}}},
    )
    return Advice(
        text=f"Let it scale a workload that is there: {target} is not"
        + (f", {there[near[0]]} is." if near else ", and no other of that kind is."),
        severity=Severity.HIGH,
        patches=[patch] if near and near[0] != name else [],
    )


def _compared(scaler: Autoscaler) -> list[str]:
    """The resources of which it compares a share of the requests."""
    sources = [each.get("resource") or {} for each in scaler.spec.metrics if each.get("type") == "Resource"]
    shares = [each for each in sources if (each.get("target") or {}).get("type", "Utilization") == "Utilization"]
    return [str(each.get("name", "")) for each in shares]
