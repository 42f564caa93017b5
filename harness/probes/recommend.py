"""The settings that fulfil a wish: so soon noticed, so seldom wrong. It chooses by predictions and makes none."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from harness.budget.manifest import ProbeForm
from harness.probes.prediction import Alarms, Outlook, allowed_start, detection, false_alarms, longest_stall, outlook
from harness.probes.subject import Kind, Subject

PERIODS = (1, 2, 3, 5, 10, 15, 20, 30, 60)
TIMEOUTS = (1, 2, 3, 5, 10, 15, 20, 30)
FAILURES = (1, 2, 3, 4, 5, 6, 10)
"""What people write. A timeout is at most the period: more would be waited for only while the next probe is late."""
FAILURES_USUAL = 3
"""Kubernetes' own failureThreshold; fewer are taken only where the wish leaves no time for as many."""
MARGIN = 2.0
"""The next stall, and the next start, may be so much longer than the longest that was seen."""
START_SECONDS_LEAST = 20.0
"""What any start is allowed: a busy node makes it many times slower, and waiting costs nothing."""
START_SECONDS_UNSEEN = 50.0
"""What a start is allowed where none was seen: ten times Kubernetes' own promise for pods."""
START_FAILURES_MAX = 60
STARTS_SURE = 0.1
"""Starts are called spared where at most this share of them may be killed after all, with 95 %: it takes 29 of them."""


class Wish(NamedTuple):
    """A hang is to be noticed within `detect_seconds`, and nothing healthy to be killed more often than so a month."""

    detect_seconds: float = 15.0
    false_kills: float = 1.0


class Kept(enum.StrEnum):
    """Whether a wish is fulfilled."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not enough data"


class Tuned(NamedTuple):
    """A probe before (None where there was none) and after, with what both will do, and whether the wish is kept.

    `spares` is None for readiness: the wish is about kills, and a removal is put right by the next success.
    """

    kind: Kind
    before: ProbeForm | None
    after: ProbeForm
    outlook_before: Outlook | None
    outlook_after: Outlook
    detects: Kept
    spares: Kept | None

    @property
    def as_wished(self) -> bool:
        """Whether no wish is known to be broken."""
        return Kept.NO not in (self.detects, self.spares)


class _Candidate(NamedTuple):
    probe: ProbeForm
    alarms: Alarms
    stall: float

    @property
    def tolerance(self) -> float:
        """The longest stall that is certainly ridden out."""
        return detection(self.probe).low


def recommend(subject: Subject, wish: Wish) -> list[Tuned]:
    """The probes that it has, and those that may be made of them; empty where it has neither liveness nor readiness."""
    before = {kind: form for kind in Kind if (form := subject.form(kind)) is not None}
    after: dict[Kind, ProbeForm] = {}
    sooner = wish.detect_seconds
    if Kind.LIVENESS in before:
        after[Kind.LIVENESS] = choose(subject, wish, before[Kind.LIVENESS])
        # where the wishes contradict each other nothing is changed, and the others go by what is there
        standing = after[Kind.LIVENESS] if _possible(after[Kind.LIVENESS], subject, wish) else before[Kind.LIVENESS]
        after[Kind.STARTUP] = startup(subject, standing.timeout_seconds)
        sooner = max(detection(standing).low, min(detection(probe).high for probe in settings()))
    elif Kind.STARTUP in before:
        after[Kind.STARTUP] = startup(subject, before[Kind.STARTUP].timeout_seconds)
    if subject.handler(Kind.READINESS):
        after[Kind.READINESS] = _readiness(subject, wish._replace(detect_seconds=sooner), before.get(Kind.READINESS))
    return [_tuned(subject, wish, kind, before, after) for kind in Kind if kind in after]


def choose(subject: Subject, wish: Wish, now: ProbeForm | None = None) -> ProbeForm:
    """The best settings that notice in time, or the quickest there are; those of `now` where they keep the wish.

    Where the recordings prove that settings are wrong seldom enough, the smallest of these: fewest probes, fewest
    failures, shortest timeout, as long as a stall `MARGIN` times the longest seen is ridden out. Where they cannot
    prove it, the ones that ride out the longest stall, for the worst one may not have been seen.
    """
    if now and detection(now).high <= wish.detect_seconds and kept(false_alarms(now, subject), wish) is Kept.YES:
        return now
    found = [_candidate(probe, subject) for probe in settings() if detection(probe).high <= wish.detect_seconds]
    if not found:
        return min(settings(), key=lambda probe: detection(probe).high)
    return min(found, key=lambda each: _rank(each, wish)).probe


def _possible(probe: ProbeForm, subject: Subject, wish: Wish) -> bool:
    in_time = detection(probe).high <= wish.detect_seconds
    return in_time and kept(false_alarms(probe, subject), wish) is not Kept.NO


def _readiness(subject: Subject, wish: Wish, now: ProbeForm | None) -> ProbeForm:
    """Readiness takes a pod out before liveness ends it: the wish is the time that liveness takes at least.

    One that does so and was never seen to be wrong stays as quick as it is: a false removal costs little.
    """
    if now and detection(now).high <= wish.detect_seconds and not false_alarms(now, subject).seen:
        return now
    return choose(subject, wish, now)


def soonest(subject: Subject, wish: Wish) -> float | None:
    """The shortest detection, in seconds, with which no false alarm was seen; None where every setting had some."""
    ordered = sorted(settings(), key=lambda probe: detection(probe).high)
    spared = (probe for probe in ordered if kept(false_alarms(probe, subject), wish) is not Kept.NO)
    return next((detection(probe).high for probe in spared), None)


def startup(subject: Subject, timeout_seconds: int) -> ProbeForm:
    """A startup probe that allows `MARGIN` times the longest start seen, or the one that does already."""
    slowest = max((time.seconds for time in subject.starts), default=0.0)
    wanted = max(MARGIN * slowest, START_SECONDS_LEAST) if slowest else START_SECONDS_UNSEEN
    now = subject.form(Kind.STARTUP)
    if now and allowed_start(now) >= wanted:
        return now
    period = next((each for each in PERIODS if wanted / each < START_FAILURES_MAX), PERIODS[-1])
    failures = FAILURES_USUAL
    while allowed_start(_form(period, timeout_seconds, failures)) < wanted:
        failures += 1
    return _form(period, timeout_seconds, _round(failures))


def settings() -> Iterator[ProbeForm]:
    """All that are considered."""
    for period in PERIODS:
        for timeout in TIMEOUTS:
            if timeout <= period:
                yield from (_form(period, timeout, failures) for failures in FAILURES)


def kept(alarms: Alarms, wish: Wish) -> Kept:
    """Whether false alarms are as seldom as wished: what is not seen often enough is not known."""
    if alarms.high <= wish.false_kills:
        return Kept.YES
    return Kept.NO if (alarms.monthly or 0.0) > wish.false_kills else Kept.UNKNOWN


def _rank(each: _Candidate, wish: Wish) -> tuple[float, ...]:
    """The lowest is the best."""
    probe, few = each.probe, each.probe.failure_threshold < FAILURES_USUAL
    smallest = (-probe.period_seconds, probe.failure_threshold, probe.timeout_seconds)
    if kept(each.alarms, wish) is Kept.YES:
        return (0, few, -min(each.tolerance, MARGIN * each.stall), *smallest)
    return (1, each.alarms.seen, few, -each.tolerance, -probe.timeout_seconds, *smallest)


def _candidate(probe: ProbeForm, subject: Subject) -> _Candidate:
    return _Candidate(probe, false_alarms(probe, subject), longest_stall(subject.stretches, probe.timeout_seconds))


def _tuned(
    subject: Subject, wish: Wish, kind: Kind, before: Mapping[Kind, ProbeForm], after: Mapping[Kind, ProbeForm]
) -> Tuned:
    told = outlook(subject, kind, after)
    in_time = kind is not Kind.LIVENESS or detection(after[kind]).high <= wish.detect_seconds
    return Tuned(
        kind=kind,
        before=before.get(kind),
        after=after[kind],
        outlook_before=outlook(subject, kind, before) if kind in before else None,
        outlook_after=told,
        detects=Kept.YES if in_time else Kept.NO,
        spares=_spared(kind, told, wish),
    )


def _spared(kind: Kind, told: Outlook, wish: Wish) -> Kept | None:
    if kind is Kind.STARTUP:
        return _start_spared(told)
    return kept(told.alarms, wish) if kind is Kind.LIVENESS and told.alarms else None


def _start_spared(told: Outlook) -> Kept:
    if told.killed_starts is None:
        return Kept.UNKNOWN
    if told.killed_starts.share:
        return Kept.NO
    return Kept.YES if told.killed_starts.high <= STARTS_SURE else Kept.UNKNOWN


def _form(period: int, timeout: int, failures: int) -> ProbeForm:
    return ProbeForm(
        initial_delay_seconds=0,
        period_seconds=period,
        timeout_seconds=timeout,
        success_threshold=1,
        failure_threshold=failures,
    )


def _round(failures: int) -> int:
    """Up to what people write: tens, unless they are few."""
    return failures if failures <= 6 else -(-failures // 10) * 10


def numbers(probe: ProbeForm) -> dict[str, int]:
    """The numbers of a probe as a manifest has them, without the grace period, which is none of detection."""
    data: dict[str, int] = msgspec.to_builtins(probe)
    del data["terminationGracePeriodSeconds"]
    return data
