"""Promise: a cordoned node is told, and no other."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import node, scene


def test_only_the_cordoned_node_is_told() -> None:
    """By its spec, not by the taint that follows it."""
    found = symptoms(scene(node("one", spec={"unschedulable": True}), node("two")), "node-cordoned")
    assert [each.object for each in found] == ["node/one"]
    assert not found[0].trouble
