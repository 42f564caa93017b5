"""Promise: a kube-proxy that is not well is told of its node; one that is missing only where one belongs."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import scene
from diagnose.surroundings import system_pod
from harness.model.scene import Look


def process(state: str) -> Look:
    """kube-proxy on node worker."""
    return Look(kind="node-process", about="node/worker", facts={"kube-proxy": state})


def test_its_pod_or_its_process_tells() -> None:
    """Frozen ones still look ready."""
    unready = system_pod("kube-proxy-1", is_ready=False, k8s_app="kube-proxy")
    assert [each.facts["state"] for each in symptoms(scene(unready), "proxy-state")] == ["not-ready"]
    assert [each.object for each in symptoms(scene(looks=[process("T")]), "proxy-state")] == ["node/worker"]


def test_none_is_missing_where_none_belongs() -> None:
    """A plug-in may do its work."""
    assert symptoms(scene(looks=[process("gone")]), "proxy-state") == []
    assert (
        len(symptoms(scene(system_pod("kube-proxy-1", k8s_app="kube-proxy"), looks=[process("gone")]), "proxy-state"))
        == 1
    )
