"""Collateral damage: workloads that lost readiness although nobody named them. Folds the timeline, judges nothing."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from harness.model.anchors import meta_of
from harness.model.picture import REPLICA_KINDS, Picture
from harness.model.scenario import Expectation, Fault, Scenario
from harness.model.timeline import AnyEntry, Change, Phase
from harness.model.units import Ref, Selector


class Collateral:
    """Which workloads of the namespace were whole at the first injection and have not been since, and how.

    Named are those that a promise or a fault refers to, or whose pods a fault selects. Without faults nobody is:
    whoever loses readiness then has no reason to.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._faults = [each for fault in scenario.faults for each in fault.may_be()]
        self._promises = scenario.expect
        self._watched: set[Ref] = set()
        self.lost: dict[Ref, str] = {}
        """What each of them lacked when that was first seen."""

    def see(self, entry: AnyEntry, picture: Picture) -> None:
        """Take in one entry; `picture` already includes it."""
        if isinstance(entry, Phase) and entry.name == "inject":
            self._watched = {ref for ref in picture.workloads() if ref.kind in REPLICA_KINDS} - self._named(picture)
            self._watched = {ref for ref in self._watched if picture.health(ref).whole}
        if not self._watched or not isinstance(entry, Change | Phase):
            return
        for ref in list(self._watched):
            lacks = picture.health(ref).lacks
            if lacks:
                self.lost[ref] = lacks
                self._watched.discard(ref)

    def _named(self, picture: Picture) -> set[Ref]:
        if not self._faults:
            return set()
        parts: list[Fault | Expectation] = [*self._faults, *self._promises]
        tokens = [token for part in parts for token in _tokens(part)]
        selectors = [token for token in tokens if isinstance(token, Selector)]
        named = {token for token in tokens if isinstance(token, Ref)}
        for ref in picture.workloads():
            for pod in map(meta_of, picture.pods_of(ref)):
                if f"pod/{pod.name}" in named or any(selector.matches(pod.labels) for selector in selectors):
                    named.add(ref)
        return named


def _tokens(part: Fault | Expectation) -> Iterator[Ref | Selector]:
    for field in msgspec.structs.fields(part):
        value = getattr(part, field.name)
        values = value if isinstance(value, list) else [value]
        yield from (each for each in values if isinstance(each, Ref | Selector))
