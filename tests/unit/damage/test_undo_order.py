"""What the order of undoing promises: nothing waits for a part that a later undo would bring back."""

from __future__ import annotations

from harness.damage import steps
from harness.damage.outage import NodeOutage, PartOutage
from harness.damage.step import Step
from harness.damage.undo import PAUSES_SECONDS, in_order
from harness.journal import NAMESPACE, Intent
from harness.model.cluster import Outage

API = PartOutage(deed="stop it", part="kube-apiserver", how=Outage.STOPPED)
NODE = NodeOutage(deed="kill it", node="node-1", how=Outage.KILLED)
SERVER_BACK_SECONDS = 40.0


def intent(number: int, *done: Step) -> Intent:
    return Intent(id=number, what=f"fault-{number}", token=steps.encode(done, "hp-web"))


def test_outages_are_ended_before_anything_else() -> None:
    """An API server or a node that is down is brought back before what needs it; the rest is undone latest first."""
    namespace = Intent(id=1, what=NAMESPACE, token={"namespace": "hp-web"})
    pending = [intent(5), intent(4, API), intent(3), intent(2, NODE), namespace]
    assert [each.id for each in in_order(pending)] == [4, 2, 5, 3, 1]


def test_undo_waits_as_long_as_a_restarted_api_server_may_take() -> None:
    """A cluster whose API server has just been started again is not given up."""
    assert sum(PAUSES_SECONDS) >= SERVER_BACK_SECONDS
