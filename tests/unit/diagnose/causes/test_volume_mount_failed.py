"""Promise: a volume that cannot be mounted is named in the kubelet's words; what passes by itself is not."""

from __future__ import annotations

import pytest

from diagnose.asked import named, suspicions
from diagnose.scenes import Document, deployment, event, node, pod, scene, waiting
from harness.model.scene import Scene

PENDING = {"phase": "Pending", "conditions": [], "containerStatuses": [waiting("ContainerCreating")]}
WORDS = [
    'MountVolume.SetUp failed for volume "logs" : hostPath type check failed: /var/log/app is not a directory',
    'MountVolume.MountDevice failed for volume "pv-1" : mount failed: exit status 32: wrong fs type, bad superblock',
    'MountVolume.SetUp failed for volume "nfs" : mount.nfs: access denied by server while mounting 10.0.0.9:/x',
    'MountVolume.MountDevice failed for volume "pv-1" : driver name ebs.csi.aws.com not found in the list of drivers',
]
OTHERS = [
    'MountVolume.SetUp failed for volume "config" : configmap "web" not found',
    'MountVolume.SetUp failed for volume "secret" : secret "web" not found',
    'MountVolume.SetUp failed for volume "kube-api-access-x" : object "shop"/"kube-root-ca.crt" not registered',
    'MountVolume.SetUp failed for volume "kube-api-access-x" : failed to sync configmap cache: timed out',
]


def told(words: str, status: Document | None) -> Scene:
    """A pod of which the kubelet says so."""
    web = pod("web-1", status=status)
    return scene(node(), event(web, "FailedMount", words), deployment(web))


@pytest.mark.parametrize("words", WORDS)
def test_the_kubelets_words_name_it(words: str) -> None:
    """The pod has not started."""
    assert named(told(words, PENDING)) == ["volume-mount-failed"]


@pytest.mark.parametrize("words", OTHERS)
def test_what_is_missing_by_name_or_merely_late_is_not_it(words: str) -> None:
    """Other causes account for these, or nobody has to."""
    assert suspicions(told(words, PENDING), "volume-mount-failed") == []


def test_a_pod_that_runs_has_its_volumes() -> None:
    """The Event is of its start."""
    assert suspicions(told(WORDS[0], None), "volume-mount-failed") == []
