"""Promise: a volume that another node holds is named with that node; other failures to mount are not it."""

from __future__ import annotations

from diagnose.asked import first, named, suspicions
from diagnose.scenes import Document, event, node, scene, statefulset, waiting
from diagnose.surroundings import bound, governing, silent_node, stored

MULTI = (
    'Multi-Attach error for volume "pv-data" Volume is already exclusively attached to one node and can\'t be '
    "attached to another"
)
TIMEOUT = (
    "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], "
    "failed to process volumes=[]: timed out waiting for the condition"
)
PENDING = {"phase": "Pending", "conditions": [], "containerStatuses": [waiting("ContainerCreating")]}
HELD = {
    "kind": "VolumeAttachment",
    "metadata": {"name": "csi-1"},
    "spec": {"attacher": "ebs.csi.aws.com", "nodeName": "worker", "source": {"persistentVolumeName": "pv-data"}},
    "status": {"attached": True},
}


def moved() -> Document:
    """The database's pod on another node, not started."""
    return stored("db-0", spec={"nodeName": "other"}, status=PENDING)


def test_the_attach_controllers_words_name_it() -> None:
    """And the attachment says who holds it."""
    db = moved()
    found = first(
        scene(
            silent_node(),
            node("other"),
            bound(),
            HELD,
            governing(),
            event(db, "FailedAttachVolume", MULTI),
            statefulset(db),
        )
    )
    assert (found.cause, found.object) == ("volume-stuck", "persistentvolumeclaim/data")
    assert any("node worker, which is not Ready" in each for each in found.evidence)


def test_an_attachment_elsewhere_explains_a_mount_that_times_out() -> None:
    """The kubelet says only that it waited."""
    db = moved()
    around = [node(), node("other"), *bound(), HELD, governing()]
    assert named(scene(*around, event(db, "FailedMount", TIMEOUT), statefulset(db))) == ["volume-stuck"]


def test_a_mount_that_times_out_without_such_is_not_stuck() -> None:
    """Nobody else holds the volume."""
    db = moved()
    found = scene(node(), node("other"), bound(), event(db, "FailedMount", TIMEOUT), statefulset(db))
    assert suspicions(found, "volume-stuck") == []


def test_what_was_said_before_the_pod_started_is_over() -> None:
    """It runs now."""
    db = stored("db-0")
    assert suspicions(scene(node(), bound(), event(db, "FailedAttachVolume", MULTI), db), "volume-stuck") == []
