"""How much a run may break at once: pods of a workload, nodes, faults, and one field by one fault only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from harness.damage.addition import Addition
from harness.damage.edit import Edit
from harness.damage.plan import Plan
from harness.damage.removal import Removal
from harness.damage.step import Step
from harness.damage.victims import Victims, number_of
from harness.model.errors import GuardRefused
from harness.model.limits import Limits
from harness.model.picture import REPLICA_KINDS, Picture
from harness.model.scenario import Fault, Reach
from harness.model.units import Ref


class Opened(NamedTuple):
    """A fault with its plan: one that is open, or is about to be."""

    fault: Fault
    plan: Plan


def check_at_once(batch: Sequence[Opened], opened: Sequence[Opened], picture: Picture, limits: Limits) -> None:
    """Refuse to inject these together while those are open, where that is more than the limits say."""
    _check_undo_order(batch, opened)
    together = [*opened, *batch]
    check_faults(len(together), limits)
    nodes = sorted({name for each in together for name in _nodes(each)})
    if limits.nodes is not None and len(nodes) > limits.nodes:
        raise GuardRefused(
            f"{len(nodes)} nodes would be hit at once ({', '.join(nodes)}); allowed are {limits.nodes}",
            hint="let one end before the next begins (`for`, `after`), or allow more with --healproof-max-nodes",
        )
    lasting = [each for each in opened if each.plan.steps]  # what has no undo is over as soon as it is done
    _check_pods([*lasting, *batch], picture, limits)


def check_faults(together: int, limits: Limits) -> None:
    """Refuse more faults open together than the limits say."""
    if limits.faults is not None and together > limits.faults:
        raise GuardRefused(
            f"{together} faults would be open at once; allowed are {limits.faults}",
            hint="let one end before the next begins (`for`, `after`), or allow more with --healproof-max-faults",
        )


def check_share(hit: int, total: int, whose: str, limits: Limits) -> None:
    """Refuse to hit more pods of one workload than the limits say."""
    if limits.pods is not None and hit > limits.pods.of(total):
        allowed = limits.pods.of(total)
        raise GuardRefused(
            f"{hit} of {total} pods of {whose} would be hit at once; allowed are {allowed} ({limits.pods})",
            hint="hit fewer (`count`, `share`), or allow more with --healproof-max-pods",
        )


def too_few_ready(picture: Picture, workloads: Sequence[Ref], limits: Limits) -> str:
    """Why a run must stop: too small a share of the scenario's pods is ready, whoever took them; else ''."""
    if limits.healthy is None:
        return ""
    healths = [picture.health(ref) for ref in workloads if ref.kind in REPLICA_KINDS]
    ready, wanted = sum(min(h.ready, h.desired) for h in healths), sum(h.desired for h in healths)
    if wanted == 0 or ready / wanted >= limits.healthy:
        return ""
    return f"{ready} of {wanted} pods of the scenario are ready, less than {limits.healthy}: everything is undone"


def _nodes(opened: Opened) -> list[str]:
    """The nodes that a fault hits as nodes; a container that is reached through its node is none."""
    if opened.fault.reach is Reach.NAMESPACE:
        return []
    return [touch.name for touch in opened.plan.touches if touch.resource == "nodes"]


def _check_pods(together: Sequence[Opened], picture: Picture, limits: Limits) -> None:
    owners = {pod.metadata.name: ref for ref in picture.workloads() for pod in picture.pods_of(ref)}
    named: dict[Ref | None, set[str]] = {}
    for name in (name for each in together for name in _pods(each)):
        named.setdefault(owners.get(name), set()).add(name)
    unnamed = sum(_unnamed(each, picture) for each in together)
    loose = sum(pod.metadata.name not in owners for pod in picture.pods())
    for ref in {*named, *(owners.values() if unnamed else ())}:
        total = loose if ref is None else picture.health(ref).desired
        hit = len(named.get(ref, ())) + unnamed
        check_share(hit if ref is None else min(hit, max(total, len(named.get(ref, ())))), total, _whose(ref), limits)


def _pods(opened: Opened) -> Iterator[str]:
    """The pods that are hit; those that a fault adds are its own."""
    added = {step.touch() for step in opened.plan.steps if isinstance(step, Addition)}
    return (t.name for t in opened.plan.touches if t.resource == "pods" and t not in added)


def _unnamed(opened: Opened, picture: Picture) -> int:
    """How many pods are hit by a fault that chose some and does not name them, as one that works on nodes may."""
    if not isinstance(opened.fault, Victims) or any(_pods(opened)):
        return 0
    return number_of(opened.fault, sum(opened.fault.select.matches(p.metadata.labels) for p in picture.pods()))


def _whose(ref: Ref | None) -> str:
    return str(ref) if ref is not None else "no workload"


def _check_undo_order(batch: Sequence[Opened], opened: Sequence[Opened]) -> None:
    """Two open faults on one field would each put back what it found, and only one order of that is right."""
    pairs = [*combinations(batch, 2), *((old, new) for old in opened for new in batch)]
    for first, second in pairs:
        for a, b in ((a, b) for a in first.plan.steps for b in second.plan.steps):
            if _collide(a, b):
                touch = b.touch()
                raise GuardRefused(
                    f"{second.fault.name} would change what {first.fault.name} has changed and not yet put back: "
                    f"{touch.resource}/{touch.name}",
                    hint="let the first end before the second begins (`for`, `after`, `every`)",
                )


def _collide(a: Step, b: Step) -> bool:
    if not isinstance(a, Edit | Removal) or not isinstance(b, Edit | Removal):
        return False
    if a.touch()[:3] != b.touch()[:3]:
        return False
    if isinstance(a, Removal) or isinstance(b, Removal):
        return True
    return any(x[: len(y)] == y[: len(x)] for x in _paths(a) for y in _paths(b))


def _paths(step: Edit) -> list[list[str]]:
    return [field.path for field in step.sets]
