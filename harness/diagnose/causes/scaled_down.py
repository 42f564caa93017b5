"""The cause `scaled-down`: a workload that asks for fewer pods than it was meant to have."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from harness.diagnose.telling import told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptoms
from harness.model.full.network import Service
from harness.model.full.workloads import Autoscaler, DisruptionBudget, Workload
from harness.model.scene import Scene, last_seen, selects
from harness.registry import CAUSES

_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_RECENT_SECONDS_MAX = 3600.0
_NUMBERS = ("ScalingReplicaSet", "SuccessfulDelete", "SuccessfulCreate")
_BEFORE = re.compile(r"\breplicas (?P<before>\d+) → ")
_DOWN = re.compile(r"^Scaled down replica set \S+ (?:from (?P<before>\d+) )?to (?P<now>\d+)")


class _Spec(msgspec.Struct):
    replicas: int | None = None


class _Applied(msgspec.Struct):
    """What `kubectl apply` was last given, as far as it is read."""

    spec: _Spec = msgspec.field(default_factory=_Spec)


@CAUSES.enter("scaled-down")
class ScaledDown(Cause):
    """A workload was scaled down by hand, to nothing or to fewer pods than its declaration or its budget wants.

    Kubernetes takes the number for the new wish, so nothing is reported as broken. Scale it up again, or apply the
    declaration.
    """

    layer = Layer.CONFIGURATION

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Workloads whose number something else contradicts."""
        for ref, workload in scene.workloads():
            replicas = workload.spec.replicas
            if replicas is None or ref.startswith(("job/", "daemonset/")) or _scaled_by_machine(scene, ref, replicas):
                continue
            evidence = [*_declared(ref, workload, replicas), *_budgeted(scene, workload, replicas)]
            seen = list(_seen(scene, workload, replicas))
            written = symptoms.of("change", about=ref)
            confidence = 0.9 if evidence else _without_declaration(scene, workload, replicas, bool(seen), bool(written))
            if confidence:
                yield Suspicion(
                    object=ref,
                    confidence=confidence,
                    supports=[f"it asks for {replicas} pods (spec of {ref})", *evidence, *seen, *told(*written)],
                    explains=[f"service/{each}" for each in _services(scene, workload)] if replicas == 0 else [],
                    decides="compare the number with what is declared under version control",
                    since=max((each.at for each in written), default=0.0),
                    facts={"replicas": str(replicas), "wanted": _wanted(scene, ref, workload, replicas)},
                )


def _scaled_by_machine(scene: Scene, ref: str, replicas: int) -> bool:
    """Whether an autoscaler chose the number; one whose target is at zero is switched off by that."""
    scalers = [each.spec.scale_target_ref for each in scene.all("horizontalpodautoscalers", Autoscaler)]
    return replicas > 0 and any(f"{each.kind.lower()}/{each.name}" == ref for each in scalers)


def _declared(ref: str, workload: Workload, replicas: int) -> Iterator[str]:
    """What was applied last, where that asks for more."""
    declared = _applied(workload)
    if declared is not None and declared > replicas:
        yield f"{declared} were declared by the last `kubectl apply` (annotation of {ref})"


def _applied(workload: Workload) -> int | None:
    """The number that was applied last; None where nothing tells."""
    applied = workload.metadata.annotations.get(_APPLIED)
    try:
        return msgspec.json.decode(applied, type=_Applied).spec.replicas if applied else None
    except msgspec.DecodeError:
        return None


def _wanted(scene: Scene, ref: str, workload: Workload, replicas: int) -> str:
    """The number that it should have: declared, else that of before, else one more than its budgets ask for."""
    events = scene.events_of(workload.metadata.name, uid=workload.metadata.uid, reasons=_NUMBERS)
    said = [_DOWN.match(event.message) for event in events[:1]]
    said += [_BEFORE.search(each.text) for each in reversed(scene.past) if each.object == ref]
    before = [int(each["before"]) for each in said if each is not None and each["before"]]
    budgets = scene.all("poddisruptionbudgets", DisruptionBudget)
    mine = [each.spec for each in budgets if selects(each.spec.selector, workload.spec.template.metadata.labels)]
    least = max((each.min_available for each in mine if isinstance(each.min_available, int)), default=None)
    candidates = [_applied(workload), *before[:1], None if least is None else least + 1]
    return next((str(each) for each in candidates if each is not None and each > replicas), "")


def _budgeted(scene: Scene, workload: Workload, replicas: int) -> Iterator[str]:
    """Disruption budgets that want more pods than the workload asks for."""
    for budget in scene.all("poddisruptionbudgets", DisruptionBudget):
        least = budget.spec.min_available
        mine = selects(budget.spec.selector, workload.spec.template.metadata.labels)
        if mine and isinstance(least, int) and least > replicas:
            yield f"its disruption budget wants {least} (spec of poddisruptionbudget/{budget.metadata.name})"


def _seen(scene: Scene, workload: Workload, replicas: int) -> Iterator[str]:
    """The controller's newest word on scaling, where that was down to the present number and not of a roll-out."""
    meta = workload.metadata
    for event in scene.events_of(meta.name, uid=meta.uid, reasons=_NUMBERS)[:1]:
        down = _DOWN.match(event.message)
        to_this = event.reason == "SuccessfulDelete" or (down is not None and int(down["now"]) == replicas)
        if (
            to_this
            and scene.at - last_seen(event) <= _RECENT_SECONDS_MAX
            and not _rolls(scene, workload, event.message)
        ):
            yield f"{event.message} (event {event.reason} of {meta.name})"


def _rolls(scene: Scene, workload: Workload, message: str) -> bool:
    """Whether the ReplicaSet of the Event is an old one: that it shrinks is what a roll-out does."""
    sets = scene.owned(workload.metadata, "replicasets", Workload)
    named = [each for each in sets if f" {each.metadata.name} " in f"{message} "]
    wanted = sum(each.spec.replicas or 0 for each in sets)
    return bool(named) and wanted > (named[0].spec.replicas or 0)


def _without_declaration(scene: Scene, workload: Workload, replicas: int, seen: bool, written: bool) -> float:
    """How sure it is where nothing declares another number."""
    if replicas == 0 and (seen or written):
        return 0.8 if _services(scene, workload) else 0.6
    return 0.5 if seen and written else 0.0


def _services(scene: Scene, workload: Workload) -> list[str]:
    """The Services that would select its pods."""
    labels = workload.spec.template.metadata.labels
    services = [each for each in scene.all("services", Service) if each.spec.selector]
    return [each.metadata.name for each in services if each.spec.selector.items() <= labels.items()]
