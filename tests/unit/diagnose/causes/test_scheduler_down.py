"""Promise: a scheduler that does not work is named by its lease, its process or its silence; a busy one is not."""

from __future__ import annotations

from diagnose.asked import first, named
from diagnose.scenes import Document, ago, changed, deployment, node, pod, scene
from diagnose.surroundings import claim, lease, leases, storage_class
from harness.model.scene import Look


def unseen(age_seconds: float = 60, **spec: str) -> Document:
    """A pod that no scheduler has said anything of."""
    status = {"phase": "Pending", "conditions": [], "containerStatuses": [], "podIP": "", "startTime": None}
    young = {"metadata": {"creationTimestamp": ago(age_seconds)}}
    return changed(pod("web-2", status=status, nodeName="", **spec), young)


def test_a_lapsed_lease_names_it_before_any_pod_waits() -> None:
    """Whatever must be placed from now on is not."""
    found = first(scene(node(), leases(scheduler=40), deployment(pod("web-1"))))
    assert (found.cause, found.layer) == ("scheduler-down", "control-plane")


def test_pods_that_nobody_has_looked_at_are_its_doing() -> None:
    """They wait without a word."""
    found = scene(node(), leases(scheduler=40), deployment(pod("web-1"), unseen()))
    assert named(found) == ["scheduler-down"]
    assert "pod/web-2" in first(found).explains


def test_a_lease_that_was_given_up_names_it() -> None:
    """It ended politely: no holder, and a duration of one second."""
    ended = lease("kube-scheduler", holder="", duration=1, silent_seconds=10)
    assert named(scene(node(), ended, lease("kube-controller-manager"), deployment(pod("web-1")))) == ["scheduler-down"]


def test_a_process_that_is_stopped_or_gone_names_it() -> None:
    """Its lease has not lapsed yet."""
    for state in ("T", "gone"):
        look = Look(kind="static-pod", about="node/cp", facts={"apiserver": "S", "scheduler": state, "etcd": "S"})
        assert named(scene(node(), leases(), deployment(pod("web-1")), looks=[look])) == ["scheduler-down"]


def test_a_standby_elsewhere_that_goes_on_is_enough() -> None:
    """Of three control-plane nodes one is in maintenance."""
    looks = [
        Look(kind="static-pod", about="node/cp-1", facts={"apiserver": "S", "scheduler": "gone"}),
        Look(kind="static-pod", about="node/cp-2", facts={"apiserver": "S", "scheduler": "S"}),
    ]
    assert named(scene(node(), leases(), deployment(pod("web-1")), looks=looks)) == []


def test_without_a_lease_to_be_seen_its_silence_is_less_sure() -> None:
    """A managed control plane shows nothing of itself."""
    found = first(scene(node(), deployment(pod("web-1"), unseen())))
    assert (found.cause, found.confidence < 0.8) == ("scheduler-down", True)


def test_a_scheduler_of_another_name_is_another() -> None:
    """The pod asks for it, and nobody answers to that name."""
    found = first(scene(node(), leases(), deployment(pod("web-1"), unseen(schedulerName="batch-scheduler"))))
    assert found.object == "scheduler/batch-scheduler"


def test_a_pod_of_this_moment_waits_for_its_turn() -> None:
    """Seconds are usual."""
    assert named(scene(node(), leases(), deployment(pod("web-1"), unseen(1), replicas=1))) == []


def test_a_pod_whose_volume_is_being_made_has_been_looked_at() -> None:
    """The scheduler has chosen its node, and waits for the volume without a word."""
    waits = unseen()
    waits["spec"]["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    asked = claim(storageClassName="standard", annotations={"volume.kubernetes.io/selected-node": "worker"})
    assert "scheduler-down" not in named(scene(node(), storage_class(), asked, deployment(pod("web-1"), waits)))
