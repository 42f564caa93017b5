"""Promise: a container runtime that is down is told from a kubelet that is."""

from __future__ import annotations

import pytest

from diagnose.asked import named
from diagnose.scenes import deployment, node, pod, scene
from diagnose.surroundings import failing_node, lost_pod
from harness.model.scene import Look

WORDS = [
    "container runtime is down",
    "PLEG is not healthy: pleg was last seen active 3m5s ago; threshold is 3m0s",
    "[container runtime is down, PLEG is not healthy: pleg was last seen active 4m0s ago; threshold is 3m0s]",
]


@pytest.mark.parametrize("words", WORDS)
def test_the_kubelets_own_words_name_it(words: str) -> None:
    """Ready False, with the runtime's failure in the message."""
    lost = failing_node("worker", "False", "KubeletNotReady", words)
    assert named(scene(lost, deployment(lost_pod("web-1")))) == ["container-runtime-down"]


def test_a_frozen_process_names_it_before_the_kubelet_notices() -> None:
    """The kubelet takes half a minute to say so."""
    look = Look(kind="node-process", about="node/worker", facts={"kubelet": "S", "containerd": "T"})
    assert named(scene(node(), deployment(pod("web-1")), looks=[look])) == ["container-runtime-down"]


def test_other_words_of_the_kubelet_do_not() -> None:
    """A node that is not Ready for another reason stays that."""
    lost = failing_node("worker", "False", "KubeletNotReady", "node is shutting down")
    assert named(scene(lost, deployment(lost_pod("web-1")))) == ["node-not-ready"]
