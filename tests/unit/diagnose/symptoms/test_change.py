"""Who wrote to an object last."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import ago, changed, scene, service


def writes(*fields: dict[str, str]) -> list[tuple[str, str]]:
    """The writes that are told of a Service which is two hours old."""
    found = symptoms(scene(changed(service(), {"metadata": {"managedFields": list(fields)}})), "change")
    return [(each.facts["manager"], each.facts["part"]) for each in found]


def test_a_write_of_somebody_lately_is_told() -> None:
    """With the part that was written."""
    assert writes({"manager": "kubectl-edit", "time": ago(60)}) == [("kubectl-edit", "spec")]
    assert writes({"manager": "kubectl", "time": ago(60), "subresource": "scale"}) == [("kubectl", "scale")]


def test_creation_status_and_controllers_are_no_change() -> None:
    """They write all the time."""
    assert writes({"manager": "kubectl-create", "time": ago(7199)}) == []
    assert writes({"manager": "someone", "time": ago(60), "subresource": "status"}) == []
    assert writes({"manager": "kube-controller-manager", "time": ago(60)}) == []


def test_a_write_of_long_ago_is_no_change() -> None:
    """An hour is lately."""
    assert writes({"manager": "kubectl-edit", "time": ago(3700)}) == []
