"""Answers with bursts of slow ones, drawn: what a garbage collector, a busy node or a slow dependency looks like."""

from __future__ import annotations

import random
from collections.abc import Iterator

from harness.probes.answers import Answer

USUAL_SECONDS = 0.02


def bursts(
    seed: int, seconds: float, *, every_seconds: float = 0.5, hourly: float = 20.0, mean_seconds: float = 4.0
) -> Iterator[Answer]:
    """One answer each `every_seconds`; bursts begin at random, and their lengths are exponential.

    Who asks within a burst is answered when it ends, as by an application that stands still.
    """
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    begin = draw.expovariate(hourly / 3600)
    end = begin + draw.expovariate(1 / mean_seconds)
    for number in range(int(seconds / every_seconds)):
        at = number * every_seconds
        while at >= end:
            begin = end + draw.expovariate(hourly / 3600)
            end = begin + draw.expovariate(1 / mean_seconds)
        usual = USUAL_SECONDS * draw.lognormvariate(0, 0.5)
        yield Answer(at, usual + (end - at if at >= begin else 0.0))
