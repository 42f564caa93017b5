"""Answers of an application in their order in time, as a probe would have got them. Knows no probe's settings."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from statistics import median
from typing import NamedTuple

SILENT_FACTOR = 5.0
SILENT_SECONDS = 2.0
"""A pause in the asking that is longer than both, the factor times the usual distance, ends a stretch."""


class Answer(NamedTuple):
    """What was asked at `at` was answered after `seconds`; `failed` where the answer was an error or never came."""

    at: float
    seconds: float
    failed: bool = False

    def fails(self, timeout_seconds: float) -> bool:
        """Whether a probe with this timeout fails by it."""
        return self.failed or self.seconds > timeout_seconds


class Stall(NamedTuple):
    """Whoever asks from `began` on and before `ended` is not answered in time, or with an error."""

    began: float
    ended: float


class Stretch:
    """Answers without a pause, at least two, in order: what happened between two of them is not known to be other."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self.answers = sorted(answers)
        self.began, self.ended = self.answers[0].at, self.answers[-1].at
        self._times = [answer.at for answer in self.answers]
        self._stalls: dict[float, list[Stall]] = {}

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.ended - self.began

    def answer(self, at: float) -> Answer:
        """What a probe would have got that asked at this time: the newest answer to what was asked by then."""
        return self.answers[max(0, bisect_right(self._times, at) - 1)]

    def stalls(self, timeout_seconds: float) -> list[Stall]:
        """The runs of answers that all fail a probe with this timeout, each until the first that succeeds again."""
        if timeout_seconds not in self._stalls:
            self._stalls[timeout_seconds] = list(self._runs(timeout_seconds))
        return self._stalls[timeout_seconds]

    def _runs(self, timeout_seconds: float) -> Iterator[Stall]:
        since = None
        for answer in self.answers:
            if answer.fails(timeout_seconds):
                since = answer.at if since is None else since
            elif since is not None:
                yield Stall(since, answer.at)
                since = None
        if since is not None:
            yield Stall(since, self.ended)


class Counted(NamedTuple):
    """What a kubelet counts of one probe, whose order in time is lost.

    `probes` were made, one each `period_seconds`; `failed` of them failed at `timeout_seconds`; `within` says how
    many took at most so many seconds.
    """

    probes: int
    failed: int
    period_seconds: float
    timeout_seconds: float
    within: Mapping[float, int] = {}

    @property
    def seconds(self) -> float:
        """How long the application was watched by it."""
        return self.probes * self.period_seconds

    def fails(self, timeout_seconds: float) -> int:
        """How many at most would have failed with this timeout; with a longer one than theirs no fewer are known to."""
        if timeout_seconds >= self.timeout_seconds:
            return self.failed
        known = [count for seconds, count in self.within.items() if seconds <= timeout_seconds]
        return self.probes - max(known, default=0)


def stretches(answers: Iterable[Answer]) -> list[Stretch]:
    """The answers cut where nothing was asked for a while; a stretch of a single one tells nothing and is left out."""
    ordered = sorted(answers)
    if len(ordered) < 2:
        return []
    pause = max(SILENT_SECONDS, SILENT_FACTOR * median(b.at - a.at for a, b in pairwise(ordered)))
    parts = [[ordered[0]]]
    for before, answer in pairwise(ordered):
        if answer.at - before.at - before.seconds > pause:  # who waits for an answer has not stopped asking
            parts.append([])
        parts[-1].append(answer)
    return [Stretch(part) for part in parts if len(part) > 1]
