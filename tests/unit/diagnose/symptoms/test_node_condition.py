"""Promise: a node's conditions are told where they are not as they should be, and a silent node once."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import ago, node, scene
from diagnose.surroundings import failing_node

TYPES = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")


def test_a_condition_is_told_with_its_words() -> None:
    """Type, status, reason and message are facts."""
    (found,) = symptoms(scene(failing_node("one", "True", "Full", "disk", condition="DiskPressure")), "node-condition")
    assert (found.object, found.facts["condition"], found.facts["status"]) == ("node/one", "DiskPressure", "True")
    assert found.at > 0


def test_a_node_that_reports_nothing_is_told_once() -> None:
    """All its conditions are Unknown then; Ready says it all."""
    conditions = [{"type": each, "status": "Unknown", "lastTransitionTime": ago(9)} for each in TYPES]
    found = symptoms(scene(node(status={"conditions": conditions})), "node-condition")
    assert [each.facts["condition"] for each in found] == ["Ready"]


def test_a_node_that_never_reported_is_not_ready() -> None:
    """It has no Ready condition at all."""
    (found,) = symptoms(scene(node(status={"conditions": []})), "node-condition")
    assert found.facts["status"] == "Unknown"


def test_good_conditions_and_those_of_others_are_not_told() -> None:
    """Add-ons define conditions of their own, whose good value nobody knows."""
    good = [{"type": each, "status": str(each == "Ready")} for each in TYPES]
    strange = {"type": "FrequentKubeletRestart", "status": "Unknown"}
    assert symptoms(scene(node(status={"conditions": [*good, strange]})), "node-condition") == []
