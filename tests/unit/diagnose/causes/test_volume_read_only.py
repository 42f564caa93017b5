"""Promise: a volume whose file system became read-only is named; one that is meant to be read-only is not."""

from __future__ import annotations

from typing import Any

import pytest

from diagnose.asked import first, named, suspicions
from diagnose.scenes import endpoints, log, node, scene, statefulset
from diagnose.surroundings import bound, governing, mount, stored, unwell
from harness.model.scene import Scene

AROUND = [node(), *bound(), governing()]


def broken(**more: Any) -> Scene:
    """A database that is not ready, with what is known of it."""
    return scene(*AROUND, statefulset(unwell("db-0")), **more)


def test_the_mount_names_it() -> None:
    """The kernel says ro, the pod asks for writing."""
    found = first(broken(looks=[mount("db-0", options="ro,relatime", entries="3")]))
    assert (found.cause, found.object) == ("volume-read-only", "persistentvolumeclaim/data")


@pytest.mark.parametrize("line", ["dd: /data/ready.7: Read-only file system", "OSError: [Errno 30] EROFS: '/data/log'"])
def test_the_applications_words_name_it(line: str) -> None:
    """Nobody could look at the mount."""
    assert named(broken(logs=[log("db-0", line)])) == ["volume-read-only"]


def test_a_container_that_may_not_write_beside_its_volume_is_no_broken_volume() -> None:
    """Its root file system is read-only by its security context."""
    said = broken(logs=[log("db-0", "open('/var/cache/app/x'): Read-only file system")])
    assert suspicions(said, "volume-read-only") == []


def test_a_mount_that_was_asked_for_read_only_is_as_it_should_be() -> None:
    """The pod says readOnly itself."""
    mounts = [{"name": "data", "mountPath": "/data", "readOnly": True}]
    db = stored("db-0", spec={"containers": [{"name": "main", "volumeMounts": mounts}]})
    well = scene(*AROUND, endpoints("db", db), statefulset(db), looks=[mount("db-0", options="ro", entries="3")])
    assert named(well) == []
