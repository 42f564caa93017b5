"""What recommended settings promise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.probes.answers import Answer, Stretch
from harness.probes.prediction import allowed_start, detection, false_alarms
from harness.probes.prober import alarms_in
from harness.probes.recommend import FAILURES, PERIODS, TIMEOUTS, Kept, Tuned, Wish, recommend, soonest
from harness.probes.subject import Kind, Subject

from .cases import probe, quiet, stalled, subject, written


def tuned(seen: Subject, wish: Wish = Wish()) -> dict[Kind, Tuned]:  # noqa: B008 - frozen
    return {each.kind: each for each in recommend(seen, wish)}


@given(detect=st.integers(2, 300), stall=st.integers(0, 40), days=st.sampled_from([0, 1, 90, 400]))
def test_a_wish_for_detection_is_kept_in_numbers_that_people_write(detect: int, stall: int, days: int) -> None:
    """From 2 s on some setting notices in time; successThreshold is 1, as liveness and startup must have it."""
    seen = subject(None, stalled((100.0, 100.0 + stall)), counted=[quiet(days)])
    found = tuned(seen, Wish(float(detect), 1.0))
    liveness = found[Kind.LIVENESS].after
    assert detection(liveness).high <= detect
    assert found[Kind.LIVENESS].detects is Kept.YES
    assert liveness.period_seconds in PERIODS
    assert liveness.timeout_seconds in TIMEOUTS
    assert liveness.failure_threshold in FAILURES
    assert {each.after.success_threshold for each in found.values()} == {1}


@given(detect=st.integers(10, 300), stall=st.integers(0, 40))
def test_readiness_is_done_before_liveness_ends_the_container(detect: int, stall: int) -> None:
    """Its latest moment is not after the earliest one of liveness."""
    found = tuned(subject(None, stalled((100.0, 100.0 + stall))), Wish(float(detect), 1.0))
    liveness = found[Kind.LIVENESS].after if found[Kind.LIVENESS].as_wished else found[Kind.LIVENESS].before
    assert detection(found[Kind.READINESS].after).high <= detection(liveness).low


def test_a_stall_that_can_be_ridden_out_is() -> None:
    """An application that stands still for 8 s now and then is not killed, though a hang is noticed within 15 s."""
    seen = subject({Kind.LIVENESS: written(2, 1, 2)}, stalled((100, 108), (300, 308), (500, 508)))
    liveness = tuned(seen)[Kind.LIVENESS]
    assert alarms_in(probe(2, 1, 2), seen.stretches[0]) == 3.0
    assert alarms_in(liveness.after, seen.stretches[0]) == 0.0
    assert liveness.spares is Kept.UNKNOWN


def test_slow_answers_are_waited_for() -> None:
    """An application that takes four seconds for a while gets a longer timeout, though that leaves fewer failures."""
    slow = Stretch(Answer(float(at), 4.0 if 100 <= at < 160 else 0.1) for at in range(600))
    liveness = tuned(subject(None, slow))[Kind.LIVENESS].after
    assert alarms_in(liveness, slow) == 0.0
    assert liveness.timeout_seconds > 4


def test_wishes_that_contradict_each_other_are_told_with_what_it_takes() -> None:
    """Stalls of 20 s and a detection within 10 s: not both; from 20 s of tolerance on it is possible."""
    seen = subject(None, stalled((100, 120), (300, 320)))
    liveness = tuned(seen, Wish(10.0, 1.0))[Kind.LIVENESS]
    assert liveness.spares is Kept.NO
    assert not liveness.as_wished
    enough = soonest(seen, Wish(10.0, 1.0))
    assert enough is not None
    assert tuned(seen, Wish(enough, 1.0))[Kind.LIVENESS].as_wished
    assert not tuned(seen, Wish(enough - 1, 1.0))[Kind.LIVENESS].as_wished


def test_no_setting_notices_within_a_second() -> None:
    """The quickest is told, and that the wish is not kept."""
    liveness = tuned(subject(), Wish(1.0, 1.0))[Kind.LIVENESS]
    assert liveness.detects is Kept.NO
    assert detection(liveness.after).high == 2.0


def test_with_proof_the_smallest_and_without_it_the_most_patient() -> None:
    """A year of quiet probes allows the fewest probes; a minute does not, and whatever the wish leaves is tolerance."""
    proven = tuned(subject(counted=[quiet(days=365)]))[Kind.LIVENESS]
    guessed = tuned(subject(None, stalled(seconds=60.0)))[Kind.LIVENESS]
    assert (proven.spares, guessed.spares) == (Kept.YES, Kept.UNKNOWN)
    assert proven.after.period_seconds >= guessed.after.period_seconds
    assert detection(proven.after).low <= detection(guessed.after).low
    assert proven.after.failure_threshold == 3


def test_what_is_proven_is_proven_by_the_prediction() -> None:
    """`yes` is said only where the upper bound is within the wish."""
    seen = subject(counted=[quiet(days=100)])
    assert false_alarms(tuned(seen)[Kind.LIVENESS].after, seen).high <= 1.0
    assert tuned(seen, Wish(15.0, 0.5))[Kind.LIVENESS].spares is Kept.UNKNOWN


@pytest.mark.parametrize(("starts", "least"), [([], 45.0), ([0.5] * 40, 20.0), ([40.0, 3.0], 80.0), ([400.0], 800.0)])
def test_a_start_may_take_twice_the_longest_seen(starts: list[float], least: float) -> None:
    """And never less than 20 s, whatever idle nodes showed; but not many times more than that."""
    startup = tuned(subject(starts=starts))[Kind.STARTUP].after
    assert least <= allowed_start(startup) <= 2 * least
    assert startup.initial_delay_seconds == 0


@pytest.mark.parametrize(("starts", "spares"), [([], Kept.UNKNOWN), ([1.0] * 5, Kept.UNKNOWN), ([1.0] * 29, Kept.YES)])
def test_a_few_starts_prove_little(starts: list[float], spares: Kept) -> None:
    """It takes 29 starts to say with 95 % that at most a tenth may still be killed."""
    assert tuned(subject(starts=starts))[Kind.STARTUP].spares is spares


def test_liveness_is_never_made_of_readiness() -> None:
    """What readiness asks may depend on others: their fault would restart this container, and at its start too."""
    assert list(tuned(subject({Kind.READINESS: written()}))) == [Kind.READINESS]
    assert list(tuned(subject({Kind.LIVENESS: written()}))) == [Kind.STARTUP, Kind.LIVENESS, Kind.READINESS]
    assert tuned(subject({})) == {}


def test_what_keeps_the_wishes_stays() -> None:
    """Settings that are proven good enough are left alone, a start-up probe that allows enough as well."""
    probes = {kind: written(10, 2, 4) for kind in (Kind.LIVENESS, Kind.READINESS)}
    probes[Kind.STARTUP] = written(3, 2, 50)
    found = tuned(subject(probes, counted=[quiet(days=365)], starts=[5.0]), Wish(60.0, 1.0))
    assert found[Kind.LIVENESS].after == found[Kind.LIVENESS].before == probe(10, 2, 4)
    assert found[Kind.STARTUP].after == found[Kind.STARTUP].before == probe(3, 2, 50)


def test_readiness_that_was_never_wrong_stays_as_quick_as_it_is() -> None:
    """Making it slower would send requests to a pod that hangs; one that was wrong is made more patient."""
    probes = {Kind.LIVENESS: written(10, 1, 3), Kind.READINESS: written(1, 1, 2)}
    assert tuned(subject(probes, stalled()))[Kind.READINESS].after == probe(1, 1, 2)
    flapping = tuned(subject(probes, stalled((100, 104), (300, 304))))[Kind.READINESS].after
    assert detection(flapping).low >= 4.0


def test_where_the_wishes_contradict_each_other_the_rest_goes_by_what_is_there() -> None:
    """Liveness is not changed then, so readiness has to be quicker than the liveness that stands."""
    probes = {Kind.LIVENESS: written(5, 1, 2), Kind.READINESS: written(10, 1, 3)}
    found = tuned(subject(probes, stalled((100, 150), (300, 350))), Wish(15.0, 1.0))
    assert not found[Kind.LIVENESS].as_wished
    assert detection(found[Kind.READINESS].after).high <= detection(probe(5, 1, 2)).low
