"""Promise: a part of the control plane is told where it goes on on no node, by process and else by pod."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import scene
from diagnose.surroundings import system_pod
from harness.model.scene import Look


def processes(node: str, **states: str) -> Look:
    """The processes of a control-plane node."""
    facts = {key.replace("_", "-"): value for key, value in states.items()}
    return Look(kind="static-pod", about=f"node/{node}", facts=facts)


def test_a_process_that_is_stopped_is_told_though_its_pod_says_ready() -> None:
    """The kubelet takes over a minute to notice."""
    pods = system_pod("kube-scheduler-cp", component="kube-scheduler")
    look = processes("cp", apiserver="S", scheduler="T", controller_manager="S", etcd="S")
    (found,) = symptoms(scene(pods, looks=[look]), "component-state")
    assert (found.object, found.facts["state"]) == ("control-plane/kube-scheduler", "T")


def test_without_a_look_the_pod_tells() -> None:
    """Not ready anywhere."""
    found = symptoms(scene(system_pod("etcd-cp", is_ready=False, component="etcd")), "component-state")
    assert [(each.object, each.facts["state"]) for each in found] == [("control-plane/etcd", "not-ready")]


def test_one_that_runs_elsewhere_is_not_told() -> None:
    """Highly available control planes have three of each."""
    pods = [system_pod("etcd-1", is_ready=False, component="etcd"), system_pod("etcd-2", component="etcd")]
    looks = [processes("one", apiserver="S", scheduler="gone"), processes("two", apiserver="S", scheduler="S")]
    assert symptoms(scene(*pods, looks=looks), "component-state") == []


def test_a_worker_and_a_control_plane_that_shows_nothing_are_not_told() -> None:
    """Simulated and managed clusters have no such pods."""
    worker = processes("worker", apiserver="gone", scheduler="gone", etcd="gone", controller_manager="gone")
    assert symptoms(scene(looks=[worker]), "component-state") == []
    assert symptoms(scene(), "component-state") == []
