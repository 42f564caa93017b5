"""Promise: what the kubelet and the attach controller say of volumes is taken apart while the pod waits for them."""

from __future__ import annotations

import pytest

from diagnose.asked import symptoms
from diagnose.scenes import changed, event, pod, scene, waiting

PENDING = {"phase": "Pending", "conditions": [], "containerStatuses": [waiting("ContainerCreating")]}
CLASSES = {
    'Multi-Attach error for volume "pv-1" Volume is already used by pod(s) db-1': "multi-attach",
    'MountVolume.SetUp failed for volume "config" : configmap "web" not found': "config",
    'MountVolume.SetUp failed for volume "x" : references non-existent secret key: a': "config",
    'MountVolume.SetUp failed for volume "kube-api-x" : object "a"/"kube-root-ca.crt" not registered': "transient",
    'MountVolume.SetUp failed for volume "kube-api-access-x" : failed to sync configmap cache: timed out': "transient",
    'MountVolume.SetUp failed for volume "logs" : hostPath type check failed: /x is not a directory': "missing",
    'MountVolume.SetUp failed for volume "nfs" : mount.nfs: access denied by server': "permission",
    'MountVolume.MountDevice failed for volume "pv-1" : wrong fs type, bad option, bad superblock': "file-system",
    'MountVolume.MountDevice failed for volume "pv-1" : driver name a.b not found in the list of drivers': "driver",
    "Unable to attach or mount volumes: unmounted volumes=[data]: timed out waiting for the condition": "timeout",
    'MountVolume.SetUp failed for volume "pv-1" : something nobody has heard of': "other",
}


@pytest.mark.parametrize("words", CLASSES)
def test_its_class_and_volume_are_read(words: str) -> None:
    """Each class is another cause's, or nobody's."""
    db = pod("db-0", status=PENDING)
    (found,) = symptoms(scene(db, event(db, "FailedMount", words)), "volume-event")
    assert found.facts["class"] == CLASSES[words]
    assert found.facts["volume"] in ("pv-1", "config", "x", "kube-api-x", "kube-api-access-x", "logs", "nfs", "data")
    assert found.trouble == (CLASSES[words] != "transient")


def test_a_pod_that_has_started_has_got_over_it() -> None:
    """Its Events are of the past."""
    db = pod("db-0")
    assert symptoms(scene(db, event(db, "FailedMount", next(iter(CLASSES)))), "volume-event") == []


def test_an_event_of_a_namesake_is_not_its_own() -> None:
    """A StatefulSet's pod has its predecessor's name, and another uid."""
    db = pod("db-0", status=PENDING)
    before = changed(db, {"metadata": {"uid": "another"}})
    assert symptoms(scene(db, event(before, "FailedMount", next(iter(CLASSES)))), "volume-event") == []
