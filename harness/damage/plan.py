"""The seam of every fault: what it is about to do as data, what it did, and what shows that it bit.

A fault is one class in one file of `harness/faults`: it derives from `Stepwise`, its fields are its YAML keys. What it
changes it says as steps; doing, marking, guarding and undoing them is not its business.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, runtime_checkable

import msgspec

from harness.damage import steps
from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.kube.rights import Right
from harness.machine.clock import wait_until
from harness.model.errors import InjectionFailed
from harness.model.scenario import Fault
from harness.model.timeline import Anchor, Evidence

LOOK_SECONDS = 0.2


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a fault is about to do: steps that will be undone, `victims` that nothing can undo (pods to delete),
    and `facts`, whatever its own `inject` and `prove` need to know. `drawn` is which of the faults that it may turn
    out to be this plan is of, where there are several.
    """

    namespace: str
    steps: list[Step] = []
    victims: list[Touch] = []
    facts: dict[str, Any] = {}
    drawn: int | None = None

    @property
    def touches(self) -> list[Touch]:
        """All that it will touch."""
        return [*(step.touch() for step in self.steps), *self.victims]

    @property
    def token(self) -> dict[str, Any]:
        """All that its undo needs, for the journal."""
        return steps.encode(self.steps, self.namespace)


class Injection(NamedTuple):
    """What was done: when the decisive call was sent (clock time), and what the watch must show for it to count.

    `blinds` says that it takes the API away, and with it the watches.
    """

    sent: float
    anchors: list[Anchor]
    blinds: bool = False


@runtime_checkable
class Damage(Protocol):
    """What a fault implements beside its fields."""

    def plan(self, site: Site) -> Plan:
        """Choose the targets; reads only. Raises InjectionFailed where nothing can be chosen."""

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Do it. Called only after the guard agreed and the token is on disk."""

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Evidence from another source than the injecting call; empty where the anchors in the watch are it."""


class Stepwise(Fault, frozen=True, kw_only=True):
    """A fault that is nothing but its steps: it implements `plan`, and `anchors` or `prove`."""

    def rights(self) -> list[Right]:
        """What it asks of the API server from plan to undo; what it does on nodes goes by `needs`."""
        return []

    def plan(self, site: Site) -> Plan:
        """Choose the targets; reads only. Raises InjectionFailed where nothing can be chosen."""
        raise NotImplementedError

    def anchors(self, plan: Plan) -> list[Anchor]:
        """What the watch must show."""
        return []

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Do the steps."""
        sent = site.clock.now()
        steps.do(site, plan.steps)
        return Injection(sent, self.anchors(plan))

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Nothing but the watch, unless a fault says otherwise."""
        return []


def fault_of(fault: Fault, plan: Plan) -> Fault:
    """The very fault that a plan is of: the drawn one, where `fault` is a choice."""
    choices = fault.may_be()
    return choices[plan.drawn] if plan.drawn is not None and len(choices) > 1 else fault


def damage_of(fault: Fault) -> Damage:
    """The working side of a fault; raises InjectionFailed for a fault class that lacks it."""
    if not isinstance(fault, Damage):
        raise InjectionFailed(f"fault {fault.name} implements no plan, inject and prove")
    return fault


def seen(
    site: Site, index: int, source: str, look: Callable[[], tuple[bool, str]], *, within_seconds: float = 15.0
) -> list[Evidence]:
    """Look again and again until it bit; `look` says whether, and what was seen. The last look is the evidence."""
    last = (False, "nothing")

    def again() -> bool:
        nonlocal last
        last = look()
        return last[0]

    wait_until(again, timeout_seconds=within_seconds, every_seconds=LOOK_SECONDS, clock=site.clock)
    return [Evidence(t=site.clock.now(), index=index, source=source, seen=last[1], bit=last[0])]
