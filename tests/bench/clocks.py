"""How the calendar's clock, which logs are stamped with, relates to the monotonic one that durations are taken from."""

from __future__ import annotations

import datetime
import time
from typing import NamedTuple, Self

_READINGS = 2000


class Relation(NamedTuple):
    """`wall - monotonic` in seconds, and how far off it may be."""

    offset: float
    error: float

    @classmethod
    def now(cls) -> Self:
        """The tightest of many readings of one clock between two of the other."""
        best = cls(0.0, float("inf"))
        for _ in range(_READINGS):
            before, wall, after = time.monotonic_ns(), time.time_ns(), time.monotonic_ns()
            if (after - before) / 2e9 < best.error:
                best = cls((2 * wall - before - after) / 2e9, (after - before) / 2e9)
        return best

    def monotonic(self, stamp: str) -> float:
        """An RFC 3339 stamp with microseconds as a reading of the monotonic clock."""
        return datetime.datetime.fromisoformat(stamp).timestamp() - self.offset
