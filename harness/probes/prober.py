"""The kubelet's probe loop, played on answers. It knows when a probe asks and when it has failed for good.

Source: pkg/kubelet/prober/worker.go (v1.36): a ticker each period whose channel holds one tick, so that after an
attempt that outlasts the period the next one follows at once, and further ticks are lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from harness.budget.manifest import ProbeForm
from harness.probes.answers import Answer, Stall, Stretch

PHASES = 10
"""A recording is played with the first tick at so many moments of a period, evenly spaced."""

Ask = Callable[[float], Answer]
"""What comes back to a probe that asks at this time."""


class Attempt(NamedTuple):
    """One probe: asked and over, in seconds on the clock of the answers."""

    began: float
    ended: float
    failed: bool


def attempts(probe: ProbeForm, ask: Ask, tick: float, until: float) -> Iterator[Attempt]:
    """The probes that begin before `until`; the first one at `tick`."""
    period, timeout = probe.period_seconds, probe.timeout_seconds
    number, at = 0, tick
    while at < until:
        answer = ask(at)
        attempt = Attempt(at, at + min(answer.seconds, timeout), answer.fails(timeout))
        yield attempt
        passed = math.floor((attempt.ended - tick) / period)
        number, at = (passed, attempt.ended) if passed > number else (number + 1, tick + (number + 1) * period)


def alarms(probe: ProbeForm, ask: Ask, tick: float, until: float) -> Iterator[float]:
    """When the probe has failed for good; again only after it has succeeded in between.

    A kill and what follows from it in the same stall are one alarm: which probe restarts a container whose start
    falls into a stall is another question.
    """
    run = 0
    for attempt in attempts(probe, ask, tick, until):
        run = run + 1 if attempt.failed else 0
        if run == probe.failure_threshold:
            yield attempt.ended


def alarms_in(probe: ProbeForm, stretch: Stretch) -> float:
    """How many alarms a recording gives, the mean over when the first tick comes.

    Only stalls are played, each from the tick before it: in between every attempt succeeds.
    """
    period, found = probe.period_seconds, 0
    for phase in range(PHASES):
        tick = stretch.began + period * phase / PHASES
        for stall in _joined(stretch.stalls(probe.timeout_seconds), period + probe.timeout_seconds):
            begin = tick + period * max(0, math.floor((stall.began - tick) / period))
            found += sum(1 for _ in alarms(probe, stretch.answer, begin, stall.ended))
    return found / PHASES


def _joined(stalls: Iterable[Stall], pause_seconds: float) -> Iterator[Stall]:
    """Stalls with so short a pause between them that no attempt may fall into it are one."""
    last: Stall | None = None
    for stall in stalls:
        if last is not None and stall.began - last.ended < pause_seconds:
            last = Stall(last.began, stall.ended)
            continue
        if last is not None:
            yield last
        last = stall
    if last is not None:
        yield last


def noticed(probe: ProbeForm, tick: float, broken_at: float, answer_seconds: float, *, error: bool = False) -> float:
    """How long it takes, in seconds, until the probe has failed for good once an application is broken.

    Before it answers within `answer_seconds`; then it hangs, and what had not been answered by then never is. Or with
    `error` it goes on to answer in that time, but with errors.
    """

    def ask(at: float) -> Answer:
        if error:
            return Answer(at, answer_seconds, failed=at >= broken_at)
        return Answer(at, answer_seconds if at + answer_seconds <= broken_at else math.inf)

    return next(alarms(probe, ask, tick, math.inf)) - broken_at
