"""The seam of every fault: where it works, what it says it will touch, what it gives back.

A fault class derives from harness.model.scenario.Fault (its fields are its YAML keys) and from `Damage` here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from harness.kube.client import Client
from harness.machine.clock import Clock
from harness.machine.process import Completed
from harness.model.cluster import ClusterRecord
from harness.model.errors import InjectionFailed
from harness.model.objects import Pod
from harness.model.picture import Picture
from harness.model.scenario import Fault
from harness.model.timeline import Anchor, Evidence
from harness.model.units import Selector
from harness.registry import FAULTS


class NodeExec(Protocol):
    """A command run as root on a node; the exit code is the caller's to judge."""

    def __call__(
        self, node: str, argv: Sequence[str], *, timeout_seconds: float = 20.0, stdin: bytes | None = None
    ) -> Completed:
        """Run it; raises ClusterBroken where the node cannot be entered."""


class Site(NamedTuple):
    """Where a fault works. `picture` is empty in a fresh process that only undoes."""

    client: Client
    record: ClusterRecord
    namespace: str
    picture: Picture
    node_exec: NodeExec
    clock: Clock
    random: random.Random
    note: Callable[[str], None]


class Touch(NamedTuple):
    """One object that a fault will touch: `namespace` is empty for nodes."""

    resource: str
    namespace: str
    name: str
    deed: str


class Plan(NamedTuple):
    """What a fault is about to do. `token` is all that its undo needs, and all that `inject` works from."""

    touches: list[Touch]
    token: dict[str, Any]


class Injection(NamedTuple):
    """What was done: when the decisive call was sent (clock time), and what the watch must show for it to count."""

    sent: float
    anchors: list[Anchor]


@runtime_checkable
class Damage(Protocol):
    """What a fault implements beside its fields."""

    def plan(self, site: Site) -> Plan:
        """Choose the targets; reads only. Raises InjectionFailed where nothing can be chosen."""

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Do it. Called only after the guard agreed and the token is on disk."""

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Evidence from another source than the injecting call; empty where the anchors in the watch are it."""

    @classmethod
    def undo(cls, site: Site, token: dict[str, Any]) -> None:
        """Put it back, from the token alone: idempotent, and right even when `inject` was cut off anywhere."""


def damage_of(fault: Fault) -> Damage:
    """The working side of a fault; raises InjectionFailed for a fault class that lacks it."""
    if not isinstance(fault, Damage):
        raise InjectionFailed(f"fault {fault.name} implements no plan, inject, prove and undo")
    return fault


def damage_named(name: str) -> type[Damage]:
    """The working side of a registered fault, for undoing from its token alone."""
    fault: type[Any] = FAULTS[name]
    return fault


def choose_pods(site: Site, select: Selector, count: int) -> list[Pod]:
    """`count` pods of the scenario's namespace that carry the labels and are not terminating, chosen by the seed."""
    fit = sorted(
        (pod for pod in site.picture.pods() if select.matches(pod.metadata.labels) and not pod.terminating),
        key=lambda pod: pod.metadata.name,
    )
    if len(fit) < count:
        names = ", ".join(pod.metadata.name for pod in fit) or "none"
        raise InjectionFailed(
            f"select: {select} matches {len(fit)} pods in namespace {site.namespace} ({names}), count is {count}",
            hint="compare the selector with the labels of the workload's pod template",
        )
    return site.random.sample(fit, count)
