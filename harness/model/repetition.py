"""What repeating a scenario told, as values: how its recoveries are distributed, and whether its verdicts agree."""

from __future__ import annotations

import enum

import msgspec


class Steadiness(enum.StrEnum):
    """What the repetitions of one scenario say of it together; a flaky one is not a slow one."""

    STEADY = "steady"  # passed every time, with time to spare
    SLOW = "slow"  # passed every time, but near its deadline or over it
    FLAKY = "flaky"  # the verdicts differ
    FAILING = "failing"  # failed every time
    UNDECIDED = "undecided"  # nothing could be said, every time
    SKIPPED = "skipped"  # it cannot run here


class Distribution(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long one promise took over all repetitions, in seconds; `censored` of the `count` never came.

    `median` and `p95` are None where too many never came: not reached. From `low` to `high` is the confidence
    interval of the median, to endless where `high` is None; both are None where there are too few values.
    """

    promise: str
    count: int
    censored: int = 0
    median: float | None = None
    p95: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: float = 0.0
    deadline: float | None = None


class Repetitions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One scenario of a file, or with `control` one of its twins, run `count` times; `outcomes` is how often each."""

    name: str
    file: str
    count: int
    outcomes: dict[str, int]
    steadiness: Steadiness
    control: str = ""
    distributions: list[Distribution] = []
