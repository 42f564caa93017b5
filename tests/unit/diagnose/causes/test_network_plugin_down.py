"""Promise: a node without a working network plug-in is named so, and not for its runtime."""

from __future__ import annotations

from diagnose.asked import first, named
from diagnose.scenes import deployment, scene
from diagnose.surroundings import failing_node, lost_pod

CNI = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized"
)


def test_the_kubelets_words_name_the_plug_in() -> None:
    """The runtime answers; it is the network that it waits for."""
    found = first(scene(failing_node("worker", "False", "KubeletNotReady", CNI), deployment(lost_pod("web-1"))))
    assert (found.cause, found.layer) == ("network-plugin-down", "network")


def test_a_node_that_is_merely_silent_is_not_it() -> None:
    """Other words, other causes."""
    lost = failing_node("worker", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
    assert "network-plugin-down" not in named(scene(lost, deployment(lost_pod("web-1"))))
