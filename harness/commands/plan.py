"""`healproof plan`: what scenarios would do, by their files alone or by a workload that stands on a cluster."""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from harness.damage import guard
from harness.damage.addition import Addition
from harness.damage.edit import Edit, Set
from harness.damage.guard.foresight import pods_of
from harness.damage.on_node import OnNode
from harness.damage.plan import Plan, damage_of, fault_of
from harness.damage.removal import Removal
from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.damage.ways import enter
from harness.kube.client import Client
from harness.kube.informer import Hub
from harness.load import validate_paths
from harness.load_typed import shown
from harness.machine.clock import Monotonic
from harness.model.agenda import rounds_of, title
from harness.model.cluster import ClusterRecord
from harness.model.errors import BadInput, Exit, GuardRefused, HealproofError
from harness.model.limits import Limits
from harness.model.picture import Picture
from harness.model.scenario import TIMING, Control, Fault, Scenario, part_as_data
from harness.model.units import Seconds
from harness.observe.timeline import Recorder
from harness.observe.watches import WATCHED, watch
from harness.place import choose_namespace
from harness.providers import catalogue

SYNC_SECONDS_MAX = 30.0
"""How long the watches may take to list."""


class _Ground(NamedTuple):
    """Where it is planned: a cluster, and with `site` a namespace of it in which a workload stands."""

    record: ClusterRecord
    limits: Limits
    site: Site | None


def plan(said: argparse.Namespace) -> Exit:
    """Say what each scenario would do, to what, and what it needs; with a cluster what exactly it would touch."""
    with contextlib.ExitStack() as stack:
        ground = stack.enter_context(_ground(said)) if said.cluster else None
        for _, loaded in validate_paths(said.paths):
            if isinstance(loaded, BadInput):
                raise loaded
            for scenario in loaded:
                sys.stdout.write("\n".join(_lines(scenario, ground, said.seed)) + "\n")
    return Exit.PASSED


def _lines(scenario: Scenario, ground: _Ground | None, seed: int) -> Iterator[str]:
    needs = ", ".join(sorted(scenario.needs)) or "nothing but an API server"
    yield f"{scenario.name} ({scenario.severity})"
    yield f"  why: {scenario.why}"
    yield f"  needs: {needs}; {'holds its cluster alone' if scenario.alone else 'shares its cluster'}"
    objects = ", ".join(f"{m['kind']}/{m['metadata']['name']}" for m in scenario.manifests)
    yield f"  workload, in a namespace of its own: {objects}"
    for number, fault in enumerate(scenario.faults, start=1):
        yield from _fault_lines(number, fault, scenario)
    if len(scenario.faults) > 1 or any(fault.times for fault in scenario.faults):
        yield from _timeline(scenario)
    yield from (f"  expect: {_written(part_as_data(promise))}" for promise in scenario.expect)
    yield from (_control(name, control) for name, control in scenario.control.items())
    if ground is not None:
        yield from _on_cluster(scenario, ground, seed)


def _fault_lines(number: int, fault: Fault, scenario: Scenario) -> Iterator[str]:
    if len(fault.may_be()) > 1:
        yield f"  fault {number}: {fault.name}, drawn by the seed:{_written_time(fault)}"
    for choice in fault.may_be():
        mark = "    or" if len(fault.may_be()) > 1 else f"  fault {number}:"
        yield f"{mark} {_written(part_as_data(choice))}; healed by: {choice.heals}"
        for ref, (least, total) in pods_of(choice, scenario.manifests).items():
            yield f"      hits at least {least} of {total} pods of {ref}"


def _written_time(fault: Fault) -> str:
    fields = part_as_data(fault)[fault.name]
    return "".join(f" {key}={fields[key]}" for key in TIMING if key in fields)


def _timeline(scenario: Scenario) -> Iterator[str]:
    for round_ in sorted(rounds_of(scenario), key=lambda each: (each.due, each.index)):
        lasts = scenario.faults[round_.fault].lasts
        end = f"for {lasts}" if lasts is not None else "until everything is decided"
        yield f"  at {Seconds(round_.due)}: {title(scenario, round_)}, {end}"


def _control(name: str, control: Control) -> str:
    ends = f"must fail {', '.join(control.fails)}" if control.fails else f"must be undecided: {control.inconclusive}"
    needs = f"; needs {', '.join(control.needs)}" if control.needs else ""
    broken = [f"patches {', '.join(control.patch)}"] if control.patch else []
    broken += [f"injects {', '.join(fault.name for fault in control.faults)}"] if control.faults else []
    return f"  broken twin {name}: {', '.join(broken)}; {ends}{needs}"


def _on_cluster(scenario: Scenario, ground: _Ground, seed: int) -> Iterator[str]:
    """What is known of this very cluster: what it lacks, what the guard says, and each fault's targets."""
    record = ground.record
    lacking = sorted(scenario.needs - frozenset(record.capabilities))
    skipped = f": skipped, it lacks {', '.join(lacking)}" if lacking else ""
    yield f"  on cluster {record.name} ({record.provider}){skipped}"
    namespace = ground.site.namespace if ground.site else choose_namespace(record, scenario.name)
    refusal = _refusal(lambda: guard.foresee(scenario, record, ground.limits, namespace))
    yield f"    guard, before anything is placed: {refusal or 'lets it through'}"
    if ground.site is not None and not lacking:
        yield f"    seed {seed}, as namespace {namespace} is now:"
        yield from _targets(scenario, ground, ground.site, seed)


def _targets(scenario: Scenario, ground: _Ground, site: Site, seed: int) -> Iterator[str]:
    notes: list[str] = []
    draws = random.Random(f"{seed}:{scenario.name}")  # noqa: S311 - as the run itself draws
    site = site._replace(random=draws, note=notes.append)
    first = [round_ for round_ in rounds_of(scenario) if round_.number == 0]
    for round_ in sorted(first, key=lambda each: (each.due, each.index)):
        fault = scenario.faults[round_.fault]
        try:
            planned = damage_of(fault).plan(site)
        except HealproofError as error:
            yield f"    {title(scenario, round_)}: cannot be planned: {error.message}"
            continue
        yield from (f"    {note}" for note in notes)
        notes.clear()
        yield f"    {title(scenario, round_)}:"
        yield from _plan_lines(fault_of(fault, planned), planned, ground, site)


def _plan_lines(fault: Fault, planned: Plan, ground: _Ground, site: Site) -> Iterator[str]:
    yield from (f"      {_touched(step.touch())}; undo: {_undo_of(step)}" for step in planned.steps)
    yield from (f"      {_touched(touch)}; no undo: {fault.heals}" for touch in planned.victims)

    def check() -> None:
        guard.check(fault, planned, ground.record, site.namespace, ground.limits)
        guard.check_at_once([guard.Opened(fault, planned)], [], site.picture, ground.limits)

    yield f"      guard: {_refusal(check) or 'lets it through'}"


def _touched(touch: Touch) -> str:
    where = f" in {touch.namespace}" if touch.namespace else ""
    return f"{touch.deed} {touch.resource}/{touch.name}{where}"


def _undo_of(step: Step) -> str:
    match step:
        case Edit():
            return "back as it was: " + ", ".join(_before(step, field) for field in step.sets)
        case Addition():
            return "deleted"
        case Removal():
            return "created again"
        case OnNode():
            return f"a script on the node, which runs it by itself after {step.limit_seconds:.0f} s"
        case _:
            return "brought back by the cluster's provider"


def _before(step: Edit, field: Set) -> str:
    """What a field is now; of a Secret only its name is shown."""
    value = "" if step.resource == "secrets" else f"={'absent' if field.before is None else shown(field.before)}"
    return f"{'.'.join(field.path)}{value}"


def _refusal(check: Callable[[], None]) -> str:
    try:
        check()
    except GuardRefused as error:
        return f"refuses: {error.message}"
    return ""


@contextlib.contextmanager
def _ground(said: argparse.Namespace) -> Iterator[_Ground]:
    record = catalogue.load_record(said.cluster)
    if record is None:
        known = ", ".join(each.name for each in catalogue.load_records()) or "none"
        raise BadInput(f"--cluster: {said.cluster!r} is not accepted; accepted is one of {known}")
    limits = Limits.of({}, disposable=record.disposable)
    if not said.namespace:
        yield _Ground(record, limits, None)
        return
    guard.check_namespace(record, said.namespace, limits)
    with _standing(record, said.namespace) as site:
        yield _Ground(record, limits, site)


@contextlib.contextmanager
def _standing(record: ClusterRecord, namespace: str) -> Iterator[Site]:
    """A site in a namespace as it stands; it is only looked at."""
    clock, picture = Monotonic(), Picture()
    client = Client.from_kubeconfig(record.kubeconfig, record.context)
    hub = Hub(client, clock, record.namespaces)
    with tempfile.TemporaryDirectory() as folder, Recorder(Path(folder) / "timeline.jsonl", clock) as recorder:
        recorder.sinks.append(picture.see)
        watching = watch(hub, recorder, namespace)
        try:
            hub.wait_synced(WATCHED, SYNC_SECONDS_MAX)
            yield enter(record, client, clock, picture, namespace=namespace)
        finally:
            watching.close()
            hub.close()
            client.close()


def _written(part: dict[str, dict[str, object]]) -> str:
    ((name, fields),) = part.items()
    said = {
        key: value for key, value in fields.items() if value not in ("", False) and (key, value) != ("after", "0ms")
    }
    return f"{name} " + ", ".join(f"{key}={value}" for key, value in said.items())
