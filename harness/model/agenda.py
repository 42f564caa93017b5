"""The agenda of a scenario: which fault is injected when, and undone when. Data and order only; it knows no clock."""

from __future__ import annotations

import heapq
from typing import NamedTuple

import msgspec

from harness.model.scenario import Fault, Scenario


class Round(msgspec.Struct, frozen=True):
    """One injection of a fault. `index` counts the injections of the scenario from 0, as its timeline does.

    `fault` is the position among the scenario's faults, `number` the round of `times`, both from 0; `due` is seconds
    after the end of the baseline.
    """

    index: int
    fault: int
    number: int
    times: int
    due: float


def rounds_of(scenario: Scenario) -> list[Round]:
    """All injections of a scenario, by their index: fault by fault, each with its rounds."""
    rounds: list[Round] = []
    for position, fault in enumerate(scenario.faults):
        times = fault.times or 1
        for number in range(times):
            due = float(fault.after) + number * float(fault.every or 0)
            rounds.append(Round(len(rounds), position, number, times, due))
    return rounds


def title(scenario: Scenario, round_: Round) -> str:
    """How an injection is spoken of: `fault 2 (pod-delete), round 1 of 3`."""
    rounds = f", round {round_.number + 1} of {round_.times}" if round_.times > 1 else ""
    return f"fault {round_.fault + 1} ({scenario.faults[round_.fault].name}){rounds}"


def most_at_once(scenario: Scenario) -> int:
    """How many faults are open together at most; one without `for` is open until the end."""
    spans = [(round_.due, _lasts(scenario.faults[round_.fault])) for round_ in rounds_of(scenario)]

    def is_open(due: float, lasts: float | None, now: float) -> bool:
        return due == now or (due < now and (lasts is None or now < due + lasts))

    return max((sum(is_open(due, lasts, now) for due, lasts in spans) for now, _ in spans), default=0)


class Deeds(NamedTuple):
    """What is to be done at one time: undo these, then inject those, by their indexes."""

    undo: list[int]
    inject: list[int]


class Agenda:
    """What is still to be done, by its time on the timeline."""

    def __init__(self, scenario: Scenario, begin: float) -> None:
        """`begin` is the time from which `after` counts."""
        rounds = rounds_of(scenario)
        self._lasts = [_lasts(scenario.faults[round_.fault]) for round_ in rounds]
        self._heap = [(begin + round_.due, "inject", round_.index) for round_ in rounds]
        heapq.heapify(self._heap)

    @property
    def next(self) -> float | None:
        """When the next deed is due; None when nothing is left."""
        return self._heap[0][0] if self._heap else None

    def lasts(self, index: int) -> float | None:
        """How long an injection lasts, in seconds; None for to the end."""
        return self._lasts[index]

    def undo_at(self, due: float, index: int) -> None:
        """Note that this injection is to be undone then."""
        heapq.heappush(self._heap, (due, "undo", index))

    def take(self) -> Deeds:
        """The deeds of the earliest time, and only of that, so that a late run does what a punctual one does."""
        due, deeds = self.next, Deeds([], [])
        while self._heap and self._heap[0][0] == due:
            _, deed, index = heapq.heappop(self._heap)
            (deeds.undo if deed == "undo" else deeds.inject).append(index)
        return deeds


def _lasts(fault: Fault) -> float | None:
    return None if fault.lasts is None else float(fault.lasts)
