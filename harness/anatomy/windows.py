"""Which stretches of a timeline are recoveries: from each fault (or the last undo) on, for each promise `recovers`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from harness.expect.recovers import Recovers, Since
from harness.model.agenda import rounds_of, title
from harness.model.picture import Picture
from harness.model.scenario import Scenario
from harness.model.timeline import AnyEntry, Change, Injected, Phase, Undone
from harness.model.units import Ref
from harness.model.verdict import Finding, Measure, Verdict


class Window(NamedTuple):
    """One recovery. All times are seconds on the timeline.

    Its clock started at `began`, when a call that was `sent` before was acknowledged; the object was observed `until`.
    `felt` is when users may have felt the fault: it begins before the clock where that waits for an undo. `outage`
    is how long the object was not whole, as the promise's own checker says; `lag` is the delay of the watch.
    `targets` are what the faults wrote to; `broken` is whether the object was ever not whole.
    """

    of: Ref
    fault: str
    since: Since
    hold: float
    sent: float
    began: float
    until: float
    felt: tuple[float, float]
    outage: Measure
    lag: float
    targets: frozenset[str]
    broken: bool

    @property
    def start_error(self) -> float:
        """How long the call took whose acknowledgement started the clock."""
        return self.began - self.sent

    @property
    def recovered_at(self) -> float | None:
        """When it was whole again; None where that was not seen."""
        return None if self.outage.censored else self.began + self.outage.value

    @property
    def horizon(self) -> float:
        """The end of what belongs to the recovery: it was whole, or nothing more was observed."""
        return self.until if self.recovered_at is None else self.recovered_at


class _Start(NamedTuple):
    """Faults that were due together; the clock starts with the last of them."""

    name: str
    faults: list[Injected]

    @property
    def sent(self) -> float:
        return min(fault.sent for fault in self.faults)

    @property
    def last(self) -> Injected:
        return max(self.faults, key=lambda fault: fault.t)


class _Stretch(NamedTuple):
    """What was seen from a start until `until`: what the promise says of it, and whether the object ever broke."""

    finding: Finding
    lag: float
    broken: bool
    until: float


def windows_of(scenario: Scenario, entries: Sequence[AnyEntry], verdict: Verdict) -> list[Window]:
    """Every recovery of a run, promise by promise, in order of time; `entries` end where observation did.

    The last is the one that the verdict is about. An earlier one is judged by the same checker, shown the timeline
    from its fault to the next: a recovery that had not come by then is censored. What never broke has none.
    """
    starts = _starts(scenario, entries)
    windows: list[Window] = []
    for promise, finding in zip(scenario.expect, verdict.findings, strict=True):
        if isinstance(promise, Recovers) and starts:
            windows += _windows(promise, starts, _stretches(promise, finding, starts, entries), entries)
    return windows


def observed(entries: Sequence[AnyEntry]) -> list[AnyEntry]:
    """The entries up to the phase `stop`, after which nothing is the run's business."""
    end = next((i for i, entry in enumerate(entries) if isinstance(entry, Phase) and entry.name == "stop"), None)
    return list(entries if end is None else entries[: end + 1])


def _starts(scenario: Scenario, entries: Sequence[AnyEntry]) -> list[_Start]:
    rounds = rounds_of(scenario)
    together: dict[float, list[Injected]] = {}
    for entry in entries:
        if isinstance(entry, Injected) and entry.index < len(rounds):
            together.setdefault(rounds[entry.index].due, []).append(entry)
    groups = sorted(together.values(), key=lambda group: group[-1].t)
    return [_Start(" and ".join(title(scenario, rounds[fault.index]) for fault in group), group) for group in groups]


def _stretches(
    promise: Recovers, decided: Finding, starts: Sequence[_Start], entries: Sequence[AnyEntry]
) -> Iterator[_Stretch]:
    """What is seen between each start and the next; the last, decided by the verdict, ends where all is put back."""
    picture, checker, broken, ahead = Picture(), promise.checker(), False, list(starts)
    undone = [entry.sent for entry in entries if isinstance(entry, Undone) and promise.since == Since.UNDO]
    counts_from = max(undone, default=0.0)  # what was whole by then is not healed by an undo
    for entry in entries:
        while ahead and entry.t >= ahead[0].sent:
            if len(ahead) < len(starts):
                finding = checker.conclude(ahead[0].sent, picture)
                yield _Stretch(finding, picture.lag.seconds, broken, ahead[0].sent)
            checker, broken = promise.checker(), False
            picture.faults += len(ahead.pop(0).faults)
        picture.see(entry)
        if ahead:
            checker.see(entry, picture)
        if not broken and entry.t >= counts_from and isinstance(entry, Change | Undone):
            broken = not picture.health(promise.of).whole
    until = picture.phases.get("undo", max(entry.t for entry in entries))
    yield _Stretch(decided, picture.lag.seconds, broken, until)


def _windows(
    promise: Recovers, starts: Sequence[_Start], stretches: Iterable[_Stretch], entries: Sequence[AnyEntry]
) -> Iterator[Window]:
    ended = max(entry.t for entry in entries)
    undone = [entry for entry in entries if isinstance(entry, Undone)]
    targets = frozenset(target for start in starts for fault in start.faults for target in fault.targets)
    for start, stretch in zip(starts, stretches, strict=True):
        name, until = start.name, stretch.until
        felt = (start.sent, ended if start is starts[-1] else until)
        origin: Injected | Undone = start.last
        if promise.since == Since.UNDO:
            if start is not starts[-1] or not undone:
                continue
            name, origin, until = f"the undo of {name}", undone[-1], ended
        outage = next((measure for measure in stretch.finding.measures if measure.name == "recovery"), None)
        if outage is None or (outage.censored and not stretch.broken):
            continue
        lag = stretch.lag
        if not outage.censored:  # as it was known when the promise was decided
            lag = min(lag, max(0.0, outage.error - (origin.t - origin.sent)))
        yield Window(
            of=promise.of,
            fault=name,
            since=promise.since,
            hold=float(promise.hold),
            sent=origin.sent,
            began=origin.t,
            until=max(until, origin.t),
            felt=felt,
            outage=outage,
            lag=lag,
            targets=targets,
            broken=stretch.broken,
        )
