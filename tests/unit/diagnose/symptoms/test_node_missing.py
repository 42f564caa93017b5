"""Promise: a pod on a node that does not exist is told, unless nodes could not be read."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import node, pod, scene


def test_an_orphan_is_trouble_though_its_status_says_ready() -> None:
    """Nobody reports for it any more."""
    found = symptoms(scene(node("one"), pod("web-1", nodeName="two"), pod("web-2", nodeName="one")), "node-missing")
    assert [(each.object, each.facts["node"], each.trouble) for each in found] == [("pod/web-1", "two", True)]


def test_without_nodes_to_be_seen_nobody_is_missing() -> None:
    """An identity may read pods and no nodes."""
    assert symptoms(scene(pod("web-1")), "node-missing") == []
    assert symptoms(scene(pod("web-1"), unread=("nodes",)), "node-missing") == []
