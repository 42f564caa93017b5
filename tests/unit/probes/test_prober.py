"""What the model of the kubelet's prober promises, and that formula and simulation agree."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.probes.answers import Answer, Stretch
from harness.probes.prediction import detection
from harness.probes.prober import PHASES, alarms, alarms_in, attempts, noticed
from tests.bench.bursts import bursts

from .cases import probe, stalled

PROBES = st.builds(probe, st.integers(1, 30), st.integers(1, 30), st.integers(1, 10))
USUAL = st.builds(lambda period, timeout, failures: probe(period, min(timeout, period), failures),
                  st.integers(1, 30), st.integers(1, 30), st.integers(1, 6))  # fmt: skip
SHARES = st.floats(0, 1)
ROUNDING = 1e-6


@given(each=PROBES, tick=SHARES, broken=st.floats(0, 300), quick=SHARES)
def test_a_hang_is_noticed_within_the_predicted_interval(each, tick: float, broken: float, quick: float) -> None:
    """Whatever the settings, whenever it hangs, however long it took to answer before: no sooner, and no later."""
    found = noticed(each, tick * each.period_seconds, broken + each.period_seconds, quick * each.timeout_seconds)
    predicted = detection(each)
    assert predicted.low - ROUNDING <= found <= predicted.high + ROUNDING


@given(each=PROBES, tick=SHARES, broken=st.floats(0, 300), quick=st.floats(0.01, 1))
def test_errors_are_noticed_within_the_predicted_interval(each, tick: float, broken: float, quick: float) -> None:
    """Errors come as quickly as answers, so they are noticed sooner than a hang."""
    seconds = quick * each.timeout_seconds
    found = noticed(each, tick * each.period_seconds, broken + each.period_seconds, seconds, error=True)
    predicted = detection(each, error_seconds=seconds)
    assert predicted.low - ROUNDING <= found <= predicted.high + ROUNDING
    assert predicted.high <= detection(each).high


@pytest.mark.parametrize("each", [probe(1, 1, 1), probe(2, 1, 3), probe(10, 1, 3), probe(5, 5, 2), probe(3, 2, 10)])
def test_the_predicted_interval_is_used_up(each) -> None:
    """Over all moments at which it may hang both ends are reached: the interval could not be narrower."""
    moments = (100.0 * each.period_seconds + number * each.period_seconds / 200 for number in range(201))
    found = [noticed(each, 0.0, moment, 0.001) for moment in moments]
    low, high = detection(each)
    assert min(found) <= low + each.timeout_seconds + 0.01
    assert max(found) >= high - 0.02 * each.period_seconds


@given(each=USUAL, length=st.integers(1, 200))
def test_one_stall_is_a_false_alarm_as_often_as_arithmetic_says(each, length: int) -> None:
    """Never while it lasts less than the tolerance, always from a whole period more, in between as the ticks fall."""
    found = alarms_in(each, stalled((300.0, 300.0 + length), seconds=900.0))
    beyond = (length - (each.failure_threshold - 1) * each.period_seconds) / each.period_seconds
    assert found == pytest.approx(min(1.0, max(0.0, beyond)), abs=1 / PHASES + ROUNDING)
    assert found in (0.0, 1.0) or 0 < beyond < 1 + 1 / PHASES


@settings(max_examples=40)
@given(each=USUAL, seed=st.integers(0, 1000))
def test_playing_only_the_stalls_is_playing_all(each, seed: int) -> None:
    """What is skipped changes nothing: the whole recording, played from its first tick, gives the same alarms."""
    stretch = Stretch(bursts(seed, 1200, hourly=200, mean_seconds=8))
    ticks = [stretch.began + each.period_seconds * phase / PHASES for phase in range(PHASES)]
    whole = sum(1 for tick in ticks for _ in alarms(each, stretch.answer, tick, stretch.ended))
    assert alarms_in(each, stretch) == pytest.approx(whole / PHASES, abs=ROUNDING)


def test_after_an_attempt_that_outlasts_the_period_the_next_follows_at_once() -> None:
    """One tick is kept, the others are lost, and the rhythm goes on as it was."""

    def ask(at: float) -> Answer:
        return Answer(at, 5.5 if at == 2 else 0.1)

    found = [attempt.began for attempt in itertools.islice(attempts(probe(2, 10), ask, 0.0, 100.0), 5)]
    assert found == [0.0, 2.0, 7.5, 8.0, 10.0]


def test_one_stall_is_one_alarm() -> None:
    """The next one takes a success in between: bursts are what is counted, not the probes in them."""
    each = probe(2, 1, 2)
    assert alarms_in(each, stalled((100.0, 200.0))) == 1.0
    assert alarms_in(each, stalled((100.0, 150.0), (160.0, 200.0))) == 2.0


def test_a_longer_timeout_waits_for_the_slow() -> None:
    """The same recording kills with one second and does not with five."""
    slow = Stretch(Answer(float(at), 3.0 if 20 <= at < 60 else 0.01) for at in range(100))
    assert alarms_in(probe(5, 1, 3), slow) == 1.0
    assert alarms_in(probe(5, 5, 3), slow) == 0.0
