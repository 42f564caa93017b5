"""What the verdicts of the real judge are worth: broken recoveries are caught, healthy ones are left alone."""

from __future__ import annotations

import healthy
import planted
import planted_doubts
import planted_kinds
import planted_oracles
import planted_traffic
import pytest
from cases import HEALTHY, PLANTED

from harness.model.verdict import Outcome


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_a_planted_defect_is_never_judged_as_passed(name: str) -> None:
    """The verdict is the one that the defect deserves, and its explanation names it."""
    case = PLANTED[name]
    assert case.outcome is not Outcome.PASSED
    assert case.wrong() == ""


@pytest.mark.parametrize("name", sorted(HEALTHY))
def test_a_healthy_story_raises_no_alarm(name: str) -> None:
    """Nothing is wrong, so the verdict is passed."""
    assert HEALTHY[name].wrong() == ""


def test_the_corpus_is_whole() -> None:
    """At least twenty defects are planted, and every module of stories was read."""
    modules = (planted, planted_doubts, planted_kinds, planted_oracles, planted_traffic, healthy)
    assert all(module.CASES for module in modules)
    assert len(PLANTED) >= 20
    assert len(HEALTHY) >= 12
