"""What a probe will do: how soon it notices, how often it is wrong, whether a slow start is killed. Decides nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import msgspec

from harness.budget.manifest import ProbeForm
from harness.budget.pods import failing
from harness.probes.answers import Counted, Stretch
from harness.probes.prober import alarms_in
from harness.probes.subject import ANSWERED, Kind, Subject
from harness.statistics.rates import Bounds, rate_bounds, share_bounds
from harness.statistics.survival import Step, Time, kaplan_meier

MONTH_SECONDS = 30 * 24 * 3600.0


class Span(NamedTuple):
    """At least `low`, at most `high` seconds."""

    low: float
    high: float


class Alarms(NamedTuple):
    """How often a probe fails for good while nothing is wrong: times a month, of one container.

    `seen` of them were seen in `seconds` of which the recording could have shown them; the truth lies between `low`
    and `high`, each with 95 %. Where it could have shown none at all `high` is infinite.
    """

    seen: float
    seconds: float
    low: float
    high: float

    @property
    def monthly(self) -> float | None:
        """The estimate; None where none was seen, for then there is only a bound."""
        return self.seen * MONTH_SECONDS / self.seconds if self.seen and self.seconds else None


class Chance(NamedTuple):
    """The share of starts that a probe kills, from so many starts; between `low` and `high`, each with 95 %."""

    share: float
    starts: int
    low: float
    high: float


class Outlook(NamedTuple):
    """The predictions for one probe; None of what it does not do, or cannot be told.

    A startup probe raises no false alarms later on, and only it, or liveness without it, kills starts.
    """

    hang: Span | None
    error: Span
    alarms: Alarms | None
    killed_starts: Chance | None


def outlook(subject: Subject, kind: Kind, probes: Mapping[Kind, ProbeForm]) -> Outlook:
    """What the probe of this kind, one of `probes`, will do in the subject's container."""
    probe = probes[kind]
    answered = any(way in ANSWERED for way in subject.handler(kind))
    return Outlook(
        hang=detection(probe) if answered else None,
        error=detection(probe, error_seconds=_slowest_error(subject, probe)),
        alarms=None if kind is Kind.STARTUP else false_alarms(probe, subject),
        killed_starts=killed_starts(kind, probes, subject.starts),
    )


def detection(probe: ProbeForm, *, error_seconds: float | None = None) -> Span:
    """From the moment a running application hangs, or answers errors within `error_seconds`, until it is noticed."""
    numbers = msgspec.to_builtins(probe)
    if error_seconds is not None:
        numbers["timeoutSeconds"] = error_seconds
    return Span(*failing(numbers))


def false_alarms(probe: ProbeForm, subject: Subject) -> Alarms:
    """How often it fails for good although nothing is wrong.

    Recordings are played as they are, so that what comes in bursts stays in bursts: probes are not independent, and
    only whole alarms are taken for it. Of what a kubelet only counted, the failures may all have come in a row.
    """
    needed = detection(probe).low
    long = [stretch for stretch in subject.stretches if stretch.seconds > needed]
    played = sum(alarms_in(probe, stretch) for stretch in long)
    counted = sum(each.fails(probe.timeout_seconds) // probe.failure_threshold for each in subject.counted)
    seconds = sum(stretch.seconds - needed for stretch in long)
    seconds += sum(max(0.0, each.seconds - needed) * _caught(probe, each) for each in subject.counted)
    if not seconds:
        return Alarms(0.0, 0.0, 0.0, math.inf)
    low = rate_bounds(math.floor(played), seconds).low
    high = rate_bounds(math.ceil(played) + counted, seconds).high
    return Alarms(played, seconds, low * MONTH_SECONDS, high * MONTH_SECONDS)


def _caught(probe: ProbeForm, counted: Counted) -> float:
    """The share, at least, of what fails this probe for good that the probes which were counted would have met."""
    return min(1.0, max(1, probe.failure_threshold - 1) * probe.period_seconds / counted.period_seconds)


def killed_starts(kind: Kind, probes: Mapping[Kind, ProbeForm], starts: Sequence[Time]) -> Chance | None:
    """The share of starts that outlast what the probe allows; None for a probe that kills no start, and without any.

    While a startup probe has not succeeded, liveness does not ask. The first tick comes at any moment of a period,
    and the delay counts from a start that is cut to whole seconds.
    """
    if kind is Kind.READINESS or (kind is Kind.LIVENESS and Kind.STARTUP in probes) or not starts:
        return None
    probe = probes[kind]
    sure = allowed_start(probe)
    share = _mean_left(kaplan_meier(starts), sure, sure + probe.period_seconds)
    known = [time for time in starts if not time.censored or time.seconds > sure]
    if not known:
        return None
    killed = share * len(known)
    low = share_bounds(math.floor(killed), len(known)).low
    high = share_bounds(math.ceil(killed), len(known)).high
    return Chance(share, len(known), *Bounds(low, high))


def allowed_start(probe: ProbeForm) -> float:
    """For how many seconds from its start a container is certainly not killed by this probe."""
    return max(0.0, probe.initial_delay_seconds - 1) + detection(probe).low


def longest_stall(stretches: Sequence[Stretch], timeout_seconds: float) -> float:
    """For how many seconds, at most, whatever a probe with this timeout asked would have failed."""
    stalls = (stall for stretch in stretches for stall in stretch.stalls(timeout_seconds))
    return max((stall.ended - stall.began for stall in stalls), default=0.0)


def _slowest_error(subject: Subject, probe: ProbeForm) -> float:
    """How long an error may take: as long as the slowest answer that was seen, within the timeout."""
    taken = (answer.seconds for stretch in subject.stretches for answer in stretch.answers if not answer.failed)
    return min(max(taken, default=math.inf), probe.timeout_seconds) or probe.timeout_seconds


def _mean_left(steps: Sequence[Step], begin: float, end: float) -> float:
    """The mean, between these times, of the part that still waits."""
    left, at, total = Fraction(1), begin, 0.0
    for step in steps:
        if step.seconds > begin:
            until = min(step.seconds, end)
            total += float(left) * max(0.0, until - at)
            at = max(at, until)
        left = step.left
    return (total + float(left) * (end - at)) / (end - begin)
