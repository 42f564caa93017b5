from __future__ import annotations

import pytest

from harness.faults.rollout_back import Revisions, RolloutBack
from harness.faults.rollout_paused import RolloutPaused
from harness.faults.rollout_stuck import RolloutStuck
from harness.model.errors import BadInput, InjectionFailed
from harness.model.units import Ref

WEB = Ref("deployment/web")
RECORDED: Revisions = {1: {}, 4: {}, 6: {}}


@pytest.mark.parametrize("fault", [RolloutPaused, RolloutStuck])
def test_only_a_deployment_is_paused_or_has_a_deadline(fault: type[RolloutPaused | RolloutStuck]) -> None:
    """Other workloads know neither: refused when the scenario is loaded."""
    with pytest.raises(BadInput, match=r"statefulset/db.*accepted is deployment/NAME"):
        fault(of=Ref("statefulset/db"))


def test_a_roll_back_goes_to_the_revision_before_unless_told() -> None:
    """The newest of the older ones, as kubectl does; any recorded older one may be named."""
    assert RolloutBack(of=WEB).choose(RECORDED) == 4
    assert RolloutBack(of=WEB, to_revision=1).choose(RECORDED) == 1


@pytest.mark.parametrize(("revision", "recorded"), [(5, RECORDED), (6, RECORDED), (None, {1: {}}), (None, {})])
def test_a_roll_back_to_what_is_not_recorded_says_what_is(
    revision: int | None, recorded: dict[int, dict[str, object]]
) -> None:
    """The current revision is no way back, and a workload of one revision has none."""
    with pytest.raises(InjectionFailed, match=r"is not recorded; recorded are .* and the current one, \d"):
        RolloutBack(of=WEB, to_revision=revision).choose(recorded)
