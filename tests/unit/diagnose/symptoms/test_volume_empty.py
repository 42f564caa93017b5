"""Promise: a volume without a file is told, one that was not counted is not."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import scene
from diagnose.surroundings import mount, stored


def test_no_entry_is_empty_and_no_count_is_not() -> None:
    """The number may not have been taken."""
    looks = [mount("db-0", entries="0"), mount("db-1", entries="4"), mount("db-2", options="rw")]
    found = symptoms(scene(stored("db-0"), stored("db-1"), stored("db-2"), looks=looks), "volume-empty")
    assert [(each.object, each.facts["pod"]) for each in found] == [("persistentvolumeclaim/data", "db-0")]
