"""The remedy of `quota-exhausted`: a quota with room for the pods that lack, or requests that the quota can count."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.advise.sizes import quantity
from harness.advise.template import Fields, advise_template, change_containers, pods_behind, template_of
from harness.diagnose.amounts import amount
from harness.diagnose.symptoms.workload_short import desired_pods
from harness.model.advice import Advice, Patch, Severity, Way
from harness.model.diagnosis import Named, Remedy
from harness.model.full.pods import PodSpec
from harness.model.full.workloads import Quota
from harness.model.scene import Scene
from harness.registry import REMEDIES

_START = {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "1Gi"}
_OF_PODS = ("pods", "count/pods")


@REMEDIES.enter("quota-exhausted")
class QuotaExhausted(Remedy):
    """As much more as the pods that lack ask for, and one pod for a roll-out."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """The quota raised; where it wants requests or limits stated, these."""
        name = cause.facts.get("who", "").strip()
        what = cause.facts.get("what", "")
        if "=" not in what and what:
            yield _stated(scene, cause, name, what)
            return
        quota = scene.named("resourcequotas", Quota, name)
        spec = template_of(scene, cause.object).spec
        pods = _lacking(scene, cause.object) + 1
        hard = _raised(quota, spec, pods, what, cause.facts.get("used", "")) if quota else {}
        patch = Patch(
            object=f"resourcequota/{name}", namespace=scene.namespace, way=Way.MERGE, body={"spec": {"hard": hard}}
        )
        yield Advice(
            text=f"Raise quota {name or '(see evidence)'}"
            + (f" to {', '.join(f'{key}={value}' for key, value in hard.items())}" if hard else "")
            + ": that has room for the pods that lack and one more for a roll-out. Or let pods ask for less, or remove "
            "what is not needed. The controller tries again by itself, after up to 17 minutes.",
            severity=Severity.HIGH,
            patches=[patch] if hard else [],
            commands=[kubectl(scene.namespace, "describe", "resourcequota", *([name] if name else []))],
        )


def _lacking(scene: Scene, ref: str) -> int:
    workload = next((each for name, each in scene.workloads() if name == ref), None)
    if workload is None:
        return 1
    there = sum(pod.active for pod in pods_behind(scene, ref))
    return max(1, desired_pods(ref, workload) - there)


def _raised(quota: Quota, spec: PodSpec, pods: int, what: str, said: str) -> dict[str, str]:
    """What of the quota is too little for so many pods more, with what would do; `said` is used where no status is."""
    asked, told = _amounts(what), _amounts(said)
    hard = quota.status.hard or quota.spec.hard
    used = quota.status.used or told
    raised = {}
    for resource, most in hard.items():
        each = _asked(spec, resource) or amount(asked.get(resource, ""))
        needed = amount(used.get(resource, "0")) + pods * each
        if each and needed > amount(most):
            raised[resource] = quantity(resource, needed)
    return raised


def _amounts(words: str) -> dict[str, str]:
    """`pods=1,limits.memory=64Mi`, taken apart."""
    return dict(part.strip().split("=", 1) for part in words.split(",") if "=" in part)


def _asked(spec: PodSpec, resource: str) -> float:
    """How much of a quota's resource one pod takes."""
    if resource in _OF_PODS:
        return 1.0
    part, _, name = resource.rpartition(".")
    limits = part == "limits"
    chosen = [each.resources.limits if limits else each.resources.requests for each in spec.containers]
    return sum(amount(each.get(name, "")) for each in chosen)


def _stated(scene: Scene, cause: Named, quota: str, what: str) -> Advice:
    """Requests and limits for the containers that state none, of the kinds that the quota counts."""
    counted = [each.partition(" for")[0].strip() for each in what.split(",")]
    fields: Fields = {}
    for each in counted:
        part, _, name = each.rpartition(".")
        fields.setdefault(part or "requests", {})[name] = _START.get(name, "1")
    names = [
        each.name
        for each in template_of(scene, cause.object).spec.containers
        if any(set(wanted) - set(getattr(each.resources, part, {})) for part, wanted in fields.items())
    ]
    return advise_template(
        scene,
        cause.object,
        change_containers(names, {"resources": fields}),
        text=f"State {', '.join(counted)} for {', '.join(names) or 'each container'}: quota {quota} counts that, and "
        "refuses pods that do not say. Set them to what the program uses; a LimitRange can give every container of the "
        "namespace a default.",
        severity=Severity.HIGH,
        commands=[kubectl(scene.namespace, "top", "pods", "--containers")],
    )
