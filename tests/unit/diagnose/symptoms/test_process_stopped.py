"""Promise: processes that do not go on are told with the kernel's letter; those that sleep or run are not."""

from __future__ import annotations

import pytest

from diagnose.asked import symptoms
from diagnose.scenes import scene
from harness.model.scene import Look


@pytest.mark.parametrize("state", ["T", "Z", "D", "gone"])
def test_a_containers_process_is_told_of_its_pod(state: str) -> None:
    """And says which container."""
    looks = [Look(kind="container-process", about="pod/web-1/main", facts={"state": state})]
    (found,) = symptoms(scene(looks=looks), "process-stopped")
    assert (found.object, found.facts) == ("pod/web-1", {"process": "main", "state": state})


def test_a_nodes_service_is_told_of_its_node() -> None:
    """One that waits for a disk for a moment is well."""
    facts = {"kubelet": "T", "containerd": "D", "kube-proxy": "S"}
    (found,) = symptoms(scene(looks=[Look(kind="node-process", about="node/one", facts=facts)]), "process-stopped")
    assert (found.object, found.facts["process"]) == ("node/one", "kubelet")


@pytest.mark.parametrize("state", ["S", "R", "I", ""])
def test_what_goes_on_is_not_told(state: str) -> None:
    """Sleeping is what processes mostly do."""
    looks = [Look(kind="container-process", about="pod/web-1/main", facts={"state": state})]
    assert symptoms(scene(looks=looks), "process-stopped") == []
