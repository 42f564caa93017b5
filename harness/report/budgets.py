"""Budgets beside their measures, as facts and as bands of the timeline. Must not know any report's format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from harness.model.budget import Compared
from harness.model.timeline import AnyEntry, Injected, Undone
from harness.model.verdict import Verdict


class Expected(NamedTuple):
    """When an object is to be whole again by its budget: from `began` to `ended`, in seconds on the timeline."""

    of: str
    began: float
    ended: float
    text: str


def budget_facts(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Every budget by a name of its own: `budget.1.deployment/web` with its interval and where the measure lies."""
    for number, compared in enumerate(verdict.budgets, 1):
        since = " (from the undo)" if compared.budget.since == "undo" else ""
        yield f"budget.{number}.{compared.budget.of}", f"{compared.words}{since}"


def expected_bands(entries: Iterable[AnyEntry], budgets: Sequence[Compared]) -> list[Expected]:
    """The finite budgets on the timeline, each from the last injection or the last undo."""
    last: dict[str, float] = {}
    for entry in entries:
        if isinstance(entry, Injected | Undone):
            last["injection" if isinstance(entry, Injected) else "undo"] = entry.t
    return [
        Expected(c.budget.of, origin + c.low, origin + c.high, c.words)
        for c in budgets
        if c.low is not None and c.high is not None and (origin := last.get(c.budget.since)) is not None
    ]
