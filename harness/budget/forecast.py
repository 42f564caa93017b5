"""The budget of a promise: what the families say of a scenario's faults, put together. Reads the timeline alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from harness.budget.family import FAMILIES, OWNERS, Case, Family
from harness.budget.manifest import unreadable
from harness.budget.pods import REACTION_SECONDS
from harness.budget.startup import StartUps
from harness.model.budget import Budget, Term
from harness.model.objects import Node
from harness.model.picture import Picture
from harness.model.scenario import Expectation, Fault, Scenario
from harness.model.timeline import AnyEntry, Header
from harness.model.timers import DEFAULT, Timers
from harness.model.units import BUDGET, Ref, Seconds, Selector

ZONE = "topology.kubernetes.io/zone"


class Ground(NamedTuple):
    """What a cluster has to do with it: its timers, its nodes by zone ({} unknown), a measured start-up in seconds."""

    timers: Timers = DEFAULT
    zones: Mapping[str, int] = {}
    startup_seconds: float | None = None


class Refusal(NamedTuple):
    """Why a promise cannot have its budget as deadline, and what is accepted instead."""

    wrong: str
    accepted: str


class Forecast:
    """Folds the timeline up to the first fault, and then knows each promise's budget."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._timers: Timers | None = None
        self._startups = StartUps()

    def see(self, entry: AnyEntry) -> None:
        """Take in one entry."""
        if isinstance(entry, Header):
            self._timers = entry.timers
        else:
            self._startups.see(entry)

    def of(self, promise: Expectation, picture: Picture) -> Budget | None:
        """The budget of a promise about healing; None where it is no such promise or no timer was recorded."""
        if self._timers is None or not promise.heals_since:
            return None
        ground = Ground(self._timers, zones_of(picture), self._startups.slowest(picture, promise.of))
        return predict(self._scenario.faults, self._scenario.manifests, promise.of, promise.heals_since, ground)


def predict(faults: list[Fault], manifests: list[dict[str, Any]], of: Ref, since: str, ground: Ground) -> Budget:
    """How long `of` takes to be whole again after the last injection, or with `since` undo after the last undo."""
    name = " + ".join(dict.fromkeys(fault.name for fault in faults)) or "no fault"
    workload = owner_of(of, manifests)
    if workload is None:
        other = f"budgets are known for {', '.join(OWNERS)}, not for {of}"
        return Budget(fault=name, of=str(of), since=since, unknown=other)
    if not faults:
        nothing = Term("without a fault nothing has to heal", 0.0, REACTION_SECONDS, "the scenario has no fault")
        return Budget(fault=name, of=str(of), since=since, terms=[nothing])
    unclear = unreadable(manifests) or _unclear(faults, workload, of)
    if unclear:
        return Budget(fault=name, of=str(of), since=since, unknown=unclear)
    lost = len(faults) if len({fault.budget for fault in faults}) == 1 else 1
    answers = [
        (
            _family(fault),
            Case(fault, of, workload, manifests, ground.timers, ground.startup_seconds, ground.zones, lost),
        )
        for fault in faults
    ]
    budget = _after_undo(answers) if since == "undo" else _after_injection(answers)
    return msgspec.structs.replace(budget, fault=name, since=since)


def by_deadline_of(intact: Scenario, twin: Scenario, timers: Timers) -> Scenario:
    """A broken twin with the deadlines that its scenario's own budgets give: what is broken must not set them."""

    def fixed(promise: Expectation) -> Expectation:
        if getattr(promise, "within", None) != BUDGET:
            return promise
        budget = predict(intact.faults, intact.manifests, promise.of, promise.heals_since, Ground(timers))
        return msgspec.structs.replace(promise, within=Seconds(round(budget.high, 3))) if budget.finite else promise

    return msgspec.structs.replace(twin, expect=[fixed(promise) for promise in twin.expect])


def refusal(scenario: Scenario, promise: Expectation, ground: Ground) -> Refusal | None:
    """Why `within: budget` cannot be granted to this promise; None where it can, or where it is not asked for."""
    if getattr(promise, "within", None) != BUDGET:
        return None
    budget = predict(scenario.faults, scenario.manifests, promise.of, promise.heals_since or "injection", ground)
    if budget.finite:
        return None
    instead = "a duration such as within: 30s"
    if budget.never and budget.since == "injection":
        instead += ", or `stays-failed` for what does not heal"
    wrong = f"within: budget: how long {promise.of} takes to heal from {budget.fault} is {budget.words}"
    return Refusal(wrong, instead)


def zones_of(picture: Picture) -> dict[str, int]:
    """How many nodes each zone has; nodes without a zone are together in one."""
    zones: dict[str, int] = {}
    for name in picture.node_marks():
        node = picture.get(Ref(f"node/{name}"))
        if isinstance(node, Node):
            zone = node.metadata.labels.get(ZONE, "")
            zones[zone] = zones.get(zone, 0) + 1
    return zones


def owner_of(of: Ref, manifests: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The workload's manifest; of a pod that of the StatefulSet that makes pods of such a name; else None."""
    for manifest in manifests:
        kind, name = str(manifest["kind"]).lower(), manifest["metadata"]["name"]
        if kind in OWNERS and of == f"{kind}/{name}":
            return manifest
        if kind == "statefulset" and of.kind == "pod" and re.fullmatch(rf"{re.escape(name)}-\d+", of.name):
            return manifest
    return None


def _unclear(faults: list[Fault], workload: dict[str, Any], of: Ref) -> str:
    """Why nothing can be predicted, or ''."""
    for fault in faults:
        if len(fault.may_be()) > 1:
            return f"which fault {fault.name} draws is not known before"
        if not fault.budget:
            return f"no timer of Kubernetes says how long healing from {fault.name} takes"
        if not _hits(fault, workload, of):
            return f"{fault.name} hits another workload, and what depends on what is not in the manifests"
    damage = {fault.budget for fault in faults if not _family(fault).obstacle}
    if len(damage) > 1:
        return f"several kinds of damage at once: {', '.join(sorted(damage))}"
    return ""


def _hits(fault: Fault, workload: dict[str, Any], of: Ref) -> bool:
    labels = ((workload.get("spec") or {}).get("template") or {}).get("metadata", {}).get("labels", {})
    for name in ("select", "hosting"):
        selector = getattr(fault, name, None)
        if isinstance(selector, Selector) and not selector.matches(labels):
            return False
    hit = getattr(fault, "of", None)
    return not isinstance(hit, Ref) or hit == of or of.kind == "pod"


def _family(fault: Fault) -> Family:
    return FAMILIES[fault.budget]()


_Answers = list[tuple[Family, Case]]


def _after_injection(answers: _Answers) -> Budget:
    """The slowest of the damage; with an obstacle beside it what that says, for it comes first."""
    obstacles = [(family, case) for family, case in answers if family.obstacle]
    family, case = (obstacles or answers)[0]
    budgets = [family.from_injection(case) for family, case in obstacles or answers]
    budget = max(budgets, key=lambda each: (each.high, bool(each.never)))
    lasts = max((each.fault.lasts or 0.0 for _, each in answers), default=0.0)
    if not budget.never or case.fault.lasts is None or len(answers) > 1:
        return budget
    healed = family.from_undo(case)
    if not healed.finite:
        return budget
    term = Term("the fault lasts", float(lasts), float(lasts), f"for={case.fault.lasts} in the scenario")
    return msgspec.structs.replace(healed, terms=[term, *healed.terms], beside=budget.beside)


def _after_undo(answers: _Answers) -> Budget:
    """What the obstacles leave to be waited for, and then all that the damage takes."""
    obstacles = [family.from_undo(case) for family, case in answers if family.obstacle]
    damage = [(family, case) for family, case in answers if not family.obstacle]
    if not obstacles:
        return max((family.from_undo(case) for family, case in damage), key=lambda each: each.high)
    parts = [*obstacles, *(family.from_injection(case) for family, case in damage[-1:])]
    for part in parts:
        if not part.finite:
            return part
    return msgspec.structs.replace(parts[0], terms=[term for part in parts for term in part.terms])
