"""Sight: what observers could not see, and whether a fault had to make them blind. Knows no object of the cluster."""

from __future__ import annotations

import math
from collections.abc import Mapping

from harness.model.timeline import AnyEntry, Broken, Gap, Injected, Request, Stalled, Undone

BACK_SECONDS = 15.0
"""How long the observers may take to see again after a fault that took the API away was undone."""

AWAKE_SECONDS = 0.1
"""How long after a stall was told something may still be seen late because of it."""


class Sight:
    """Folds what observers missed; `injected` and `undone` are the picture's own, filled while the timeline goes on."""

    def __init__(self, injected: Mapping[int, Injected], undone: Mapping[int, Undone]) -> None:
        self.gaps: list[Gap] = []
        self._stalls: list[Stalled] = []
        self._troubles: list[Broken] = []
        self._heard: dict[str, float] = {}
        self._injected, self._undone = injected, undone

    def see(self, entry: AnyEntry) -> None:
        """Fold one entry."""
        match entry:
            case Gap():
                self.gaps.append(entry)
                self._heard[f"watch {entry.resource}"] = entry.t
            case Stalled():
                self._stalls.append(entry)
            case Request():
                self._heard[f"traffic to service/{entry.service}"] = entry.t
            case Broken():
                self._troubles.append(entry)
            case _:
                pass

    @property
    def broken(self) -> list[Broken]:
        """What ends a run: every trouble but those that a fault which takes the API away must cause."""
        return [trouble for trouble in self._troubles if not self._had_to_be(trouble)]

    @property
    def dark(self) -> list[Broken]:
        """The observers that such a fault has silenced and that have not been heard of since."""
        silenced = [trouble for trouble in self._troubles if self._had_to_be(trouble)]
        return [trouble for trouble in silenced if self._heard.get(trouble.source, -1.0) < trouble.t]

    @property
    def blind_watch(self) -> str:
        """The first of those that is a watch, or ''; what traffic says is read later and changes no object."""
        return next((trouble.source for trouble in self.dark if trouble.source.startswith("watch ")), "")

    def expected(self, t: float) -> bool:
        """Whether a fault that takes the API away lasted at `t`, or had just been undone."""
        return any(fault.blinds and fault.sent <= t <= self._back(index) for index, fault in self._injected.items())

    def blind(self, since: float, until: float) -> bool:
        """Whether the watch missed anything in that stretch: what it did not show may have happened in it."""
        return any(gap.t > since and gap.since < until for gap in self.gaps)

    def late(self, at: float) -> float:
        """By how many seconds what was seen at that moment may have happened earlier: the harness was not running.

        The thread that saw it and the one that tells of the stall woke up in any order.
        """
        told = (stall for stall in self._stalls if stall.since <= at <= stall.t + AWAKE_SECONDS)
        return max((at - stall.since for stall in told), default=0.0)

    def _had_to_be(self, trouble: Broken) -> bool:
        return trouble.passing and self.expected(trouble.t)

    def _back(self, index: int) -> float:
        undone = self._undone.get(index)
        return undone.t + BACK_SECONDS if undone is not None else math.inf
