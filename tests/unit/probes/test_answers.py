"""What a recording tells a probe that asks at any moment."""

from __future__ import annotations

import pytest

from harness.probes.answers import Answer, Counted, Stall, Stretch, stretches

from .cases import stalled


def test_a_pause_in_the_asking_ends_a_stretch() -> None:
    """What happened in a pause is not known, so it is no part of what was watched."""
    answers = [Answer(at, 0.1) for at in (0.0, 0.5, 1.0, 9.0, 9.5, 30.0)]
    assert [(part.began, part.ended) for part in stretches(reversed(answers))] == [(0.0, 1.0), (9.0, 9.5)]


def test_waiting_for_an_answer_is_no_pause() -> None:
    """Who asks one after the other asks nothing while an answer is slow: that is the stall, and it is seen."""
    answers = [Answer(0.0, 0.1), Answer(1.0, 0.1), Answer(2.0, 20.0), Answer(22.0, 0.1), Answer(23.0, 0.1)]
    (stretch,) = stretches(answers)
    assert stretch.stalls(1.0) == [Stall(2.0, 22.0)]


def test_a_single_answer_is_no_recording() -> None:
    """Nothing lies between one answer and itself."""
    assert stretches([Answer(1.0, 0.1)]) == []


@pytest.mark.parametrize(("at", "seconds"), [(-1.0, 0.1), (0.0, 0.1), (0.4, 0.1), (0.5, 2.0), (7.0, 0.3)])
def test_a_probe_gets_the_newest_answer(at: float, seconds: float) -> None:
    """Between two answers the earlier one holds."""
    stretch = Stretch([Answer(0.0, 0.1), Answer(0.5, 2.0), Answer(1.0, 0.3)])
    assert stretch.answer(at).seconds == seconds


def test_a_stall_lasts_until_the_next_success() -> None:
    """Also one at the end, and only for timeouts that it outlasts."""
    stretch = stalled((10, 14), (590, 700))
    assert stretch.stalls(1.0) == [Stall(10.0, 14.0), Stall(590.0, 600.0)]
    assert stretch.stalls(2e6) == []


@pytest.mark.parametrize(("timeout", "fails"), [(0.2, 100), (0.5, 12), (0.9, 12), (1, 7), (5, 7)])
def test_counts_bound_what_another_timeout_would_have_failed(timeout: float, fails: int) -> None:
    """A shorter one fails whatever no bucket says was quicker; a longer one no more than failed."""
    assert Counted(100, 7, 10, 1, {0.5: 88, 2.5: 93}).fails(timeout) == fails
