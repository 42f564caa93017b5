"""Promise: a kubelet that does not run is told from a node that is lost, where the node could be looked into."""

from __future__ import annotations

from diagnose.asked import named
from diagnose.scenes import deployment, node, scene
from diagnose.surroundings import lost_pod, silent_node
from harness.model.scene import Look


def processes(kubelet: str) -> Look:
    """The services of node worker."""
    return Look(kind="node-process", about="node/worker", facts={"kubelet": kubelet, "containerd": "S"})


def test_a_frozen_or_ended_kubelet_is_the_root() -> None:
    """The machine answers, its kubelet does not."""
    for state in ("T", "gone"):
        found = named(scene(silent_node(), deployment(lost_pod("web-1")), looks=[processes(state)]))
        assert found == ["kubelet-stopped"]


def test_it_is_named_before_the_node_controller_has_noticed() -> None:
    """The node is still taken for Ready, and nobody watches over its pods."""
    assert named(scene(node(), deployment(lost_pod("web-1")), looks=[processes("T")]))[0] == "kubelet-stopped"


def test_a_kubelet_that_runs_is_not_it() -> None:
    """What is silent then is something else."""
    assert "kubelet-stopped" not in named(scene(silent_node(), deployment(lost_pod("web-1")), looks=[processes("S")]))
