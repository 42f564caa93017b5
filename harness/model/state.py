"""The state of a cluster or a namespace as facts by subject, and what two states do not have in common. Pure data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec

EXISTS = "exists"
"""The first fact of every object."""
SHOWN_MAX = 6

Facts = Mapping[str, list[str]]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One subject, for example `node kind-worker: tc`, with the facts that are new and those that are gone."""

    subject: str
    appeared: list[str] = []
    vanished: list[str] = []

    def __str__(self) -> str:
        parts = [
            f"{word}{'' if facts == [EXISTS] else ': ' + _some(facts)}"
            for word, facts in (("appeared", self.appeared), ("vanished", self.vanished))
            if facts
        ]
        return f"{self.subject}: {'; '.join(parts)}"


def compare(before: Facts, after: Facts) -> list[Difference]:
    """By subject; an object that came or went is one difference without its content."""
    found: list[Difference] = []
    for subject in sorted(before.keys() | after.keys()):
        was, now = before.get(subject, []), after.get(subject, [])
        appeared, vanished = _beyond(now, was), _beyond(was, now)
        if appeared or vanished:
            found.append(Difference(subject=subject, appeared=appeared, vanished=vanished))
    return found


def _beyond(facts: list[str], others: list[str]) -> list[str]:
    if not others and facts[:1] == [EXISTS]:
        return [EXISTS]
    return sorted((Counter(facts) - Counter(others)).elements())


def _some(facts: list[str]) -> str:
    more = len(facts) - SHOWN_MAX
    return ", ".join(facts[:SHOWN_MAX]) + (f" and {more} more" if more > 0 else "")
