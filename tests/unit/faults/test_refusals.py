from __future__ import annotations

import pytest

from harness.faults.claim_unbound import ClaimUnbound, Why
from harness.faults.finalizer_stuck import FinalizerStuck
from harness.faults.object_delete import KINDS, ObjectDelete
from harness.model.errors import BadInput
from harness.model.units import Ref, Selector


@pytest.mark.parametrize("kind", ["pod", "node", "persistentvolumeclaim", "job"])
def test_what_would_not_come_back_as_it_was_is_never_deleted(kind: str) -> None:
    """A claim takes its data along, a pod and a Job their identity: refused when the scenario is loaded."""
    with pytest.raises(BadInput, match=f"of: {kind}/x is not accepted.*{', '.join(KINDS)}"):
        ObjectDelete(of=Ref(f"{kind}/x"))
    with pytest.raises(BadInput, match="is not accepted"):
        FinalizerStuck(of=Ref(f"{kind}/x"))


def test_a_stuck_object_is_said_in_one_way() -> None:
    """Neither `select` nor `of`, or both, leave open what is meant."""
    with pytest.raises(BadInput, match="either `select`"):
        FinalizerStuck()
    with pytest.raises(BadInput, match="either `select`"):
        FinalizerStuck(select=Selector("app=web"), of=Ref("service/web"))


def test_a_stateful_set_is_not_made_to_wait_for_a_claim() -> None:
    """It would not replace the waiting pod even after the undo."""
    with pytest.raises(BadInput, match="deployment, daemonset"):
        ClaimUnbound(of=Ref("statefulset/db"), why=Why.NO_CLASS)
