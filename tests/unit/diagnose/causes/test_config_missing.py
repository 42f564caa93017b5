"""When configuration that a container cannot start without is named."""

from __future__ import annotations

import pytest

from diagnose.asked import first, named, suspicions
from diagnose.scenes import deployment, event, keys, node, pod, scene, unready, waiting
from harness.diagnose.causes.config_missing import missing_in

ERROR = "CreateContainerConfigError"


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ('configmap "cfg" not found', {"kind": "configmap", "name": "cfg"}),
        ('secret "key" not found', {"kind": "secret", "name": "key"}),
        ("couldn't find key a in ConfigMap shop/cfg", {"kind": "configmap", "name": "cfg", "key": "a"}),
        ("couldn't find key b in Secret shop/key", {"kind": "secret", "name": "key", "key": "b"}),
        ('MountVolume.SetUp failed for volume "v" : configmap "cfg" not found', {"kind": "configmap", "name": "cfg"}),
        ('MountVolume.SetUp failed for volume "v" : rpc error', {}),
    ],
)
def test_the_kubelet_says_what_is_missing(message: str, parts: dict[str, str]) -> None:
    """Object, and key where only that lacks."""
    assert missing_in(message) == parts


@pytest.mark.parametrize("message", ['configmap "cfg" not found', "couldn't find key a in ConfigMap shop/cfg"])
def test_a_container_that_waits_for_configuration_is_named(message: str) -> None:
    """The object is really not there, or it is there without the key."""
    one = pod("web-1", status=unready(waiting(ERROR, message)))
    there = [keys("ConfigMap", "cfg", "other")] if "key" in message else []
    found = first(scene(deployment(one), node(), *there))
    assert (found.cause, found.layer, found.object) == ("config-missing", "configuration", "deployment/web")
    assert found.confidence >= 0.9


def test_it_is_less_sure_where_the_object_is_there_by_now() -> None:
    """The kubelet tries again within a minute."""
    one = pod("web-1", status=unready(waiting(ERROR, 'configmap "cfg" not found')))
    found = suspicions(scene(deployment(one), node(), keys("ConfigMap", "cfg")), "config-missing")
    assert [each.confidence for each in found] == [0.6]
    assert found[0].contradicts == ["configmap cfg is there now"]


def test_a_mount_that_waits_for_a_secret_is_named() -> None:
    """The pod hangs in ContainerCreating, which says nothing; the Event does."""
    one = pod("web-1", status=unready(waiting("ContainerCreating")))
    told = event(one, "FailedMount", 'MountVolume.SetUp failed for volume "v" : secret "key" not found')
    assert named(scene(deployment(one), node(), told)) == ["config-missing"]


def test_a_mount_that_fails_for_another_reason_is_another_thing() -> None:
    """The storage's own errors are not configuration."""
    one = pod("web-1", status=unready(waiting("ContainerCreating")))
    told = event(one, "FailedMount", 'MountVolume.MountDevice failed for volume "v" : rpc error: code = Internal')
    assert suspicions(scene(deployment(one), node(), told), "config-missing") == []
