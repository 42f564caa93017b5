"""What predictions promise: they hold, and where the recording cannot tell they say so."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.budget.manifest import ProbeForm
from harness.probes.answers import Answer, Counted, Stretch, stretches
from harness.probes.prediction import MONTH_SECONDS, detection, false_alarms, killed_starts, outlook
from harness.probes.prober import alarms_in
from harness.probes.subject import Kind
from harness.statistics.survival import Time
from tests.bench.bursts import bursts

from .cases import DAY_SECONDS, probe, quiet, stalled, subject, written


def test_a_recording_bounds_what_another_hour_of_the_same_shows() -> None:
    """Of 40 recorded hours with bursts at least 36 have the true rate, from 100 other hours, between their bounds."""
    each = probe(5, 1, 2)
    hours = 100.0
    whole = Stretch(bursts(7, hours * 3600, every_seconds=1.0))
    monthly = alarms_in(each, whole) / (hours * 3600) * MONTH_SECONDS
    found = [
        false_alarms(each, subject(None, *stretches(bursts(seed, 3600, every_seconds=1.0)))) for seed in range(100, 140)
    ]
    assert monthly > 100
    assert sum(one.low <= monthly <= one.high for one in found) >= 36


def test_of_none_seen_there_is_a_bound_and_no_estimate() -> None:
    """The rule of three: an hour without one proves no less than about 2160 a month."""
    found = false_alarms(probe(1, 1, 1), subject(None, stalled(seconds=3600.0)))
    assert found.monthly is None
    assert found.high == pytest.approx(2.996 * 720, rel=0.001)


def test_a_recording_shorter_than_the_alarm_takes_proves_nothing() -> None:
    """Ten seconds cannot show three failures ten seconds apart."""
    assert math.isinf(false_alarms(probe(10, 1, 3), subject(None, stalled(seconds=10.0))).high)
    assert math.isinf(false_alarms(probe(10, 1, 3), subject()).high)


def test_what_kubelets_count_is_a_long_recording() -> None:
    """Ninety quiet days prove about one a month; with failures of unknown order they might all have been in a row."""
    assert false_alarms(probe(10, 1, 3), subject(counted=[quiet(days=90)])).high == pytest.approx(1.0, abs=0.01)
    troubled = Counted(int(9 * DAY_SECONDS), 6, 10, 1)
    some = false_alarms(probe(10, 1, 3), subject(counted=[troubled]))
    assert some.monthly is None
    assert some.high == pytest.approx(6.296 / 3, abs=0.01)


@pytest.mark.parametrize(
    ("each", "share"), [(probe(10, 1, 1), 1), (probe(2, 1, 6), 1), (probe(2, 1, 3), 0.4), (probe(1), 0.2)]
)
def test_rare_probes_prove_less_of_eager_ones(each: ProbeForm, share: float) -> None:
    """One probe each ten seconds may miss a stall of four: of the time it watched only that share counts."""
    found = false_alarms(each, subject(counted=[quiet(days=90)]))
    assert found.seconds == pytest.approx(90 * DAY_SECONDS * share, rel=0.001)


@given(first=st.integers(1, 8), second=st.integers(1, 8), begin=st.integers(50, 90), length=st.integers(1, 60))
def test_more_patience_never_makes_it_wrong_more_often(first: int, second: int, begin: int, length: int) -> None:
    """With a higher threshold no more alarms are seen."""
    few, many = sorted([first, second])
    seen = subject(None, stalled((begin, begin + length), seconds=400.0))
    assert false_alarms(probe(5, 1, many), seen).seen <= false_alarms(probe(5, 1, few), seen).seen


@pytest.mark.parametrize(("starts", "share"), [([19.0], 0.0), ([25.0], 0.5), ([30.0], 1.0), ([19.0, 25.0], 0.25)])
def test_a_slow_start_is_killed_as_the_first_tick_falls(starts: list[float], share: float) -> None:
    """Three failures ten seconds apart: sure to live 20 s, sure to be killed at 30 s, in between by the phase."""
    found = killed_starts(Kind.LIVENESS, {Kind.LIVENESS: probe()}, [Time(each) for each in starts])
    assert found is not None
    assert found.share == pytest.approx(share)
    assert found.low <= share <= found.high


def test_a_start_that_was_cut_off_tells_that_it_lasted_so_long() -> None:
    """A container that ended after 5 s says nothing of whether it would have outlasted 20 s."""
    starts = [Time(10.0), Time(5.0, censored=True)]
    found = killed_starts(Kind.LIVENESS, {Kind.LIVENESS: probe()}, starts)
    assert found is not None
    assert (found.share, found.starts) == (0.0, 1)
    assert killed_starts(Kind.LIVENESS, {Kind.LIVENESS: probe()}, [Time(5.0, censored=True)]) is None


def test_behind_a_startup_probe_liveness_kills_no_start() -> None:
    """It does not ask before the start is over; readiness never kills."""
    both = {Kind.STARTUP: probe(1, 1, 30), Kind.LIVENESS: probe(1, 1, 1)}
    assert killed_starts(Kind.LIVENESS, both, [Time(100.0)]) is None
    assert killed_starts(Kind.READINESS, {Kind.READINESS: probe()}, [Time(100.0)]) is None


def test_whether_a_hang_is_noticed_depends_on_who_answers() -> None:
    """The kernel answers a TCP probe for a stopped process, and a command need not ask it: nothing is predicted."""
    numbers = written()
    del numbers["httpGet"]
    for way, known in (("httpGet", True), ("grpc", True), ("tcpSocket", False), ("exec", False)):
        told = outlook(subject({Kind.LIVENESS: {**numbers, way: {}}}), Kind.LIVENESS, {Kind.LIVENESS: probe()})
        assert (told.hang == detection(probe())) is known
        assert (told.hang is None) is not known


def test_errors_take_as_long_as_answers() -> None:
    """As long as the slowest that was seen, and where none was seen as long as the timeout."""
    probes = {Kind.LIVENESS: probe(10, 5, 3)}
    quick = Stretch([Answer(0.0, 0.1), Answer(1.0, 0.4), Answer(2.0, 9.0, failed=True)])
    assert outlook(subject(None, quick), Kind.LIVENESS, probes).error.high == pytest.approx(30.4)
    assert outlook(subject(), Kind.LIVENESS, probes).error.high == pytest.approx(35.0)
