"""Promise: volumes with next to no space or no inode are told, by claim where they have one."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import scene
from diagnose.surroundings import stored, usage
from harness.model.scene import Look


def test_little_space_or_no_inode_is_told() -> None:
    """With what share is left."""
    found = symptoms(scene(stored("db-0"), looks=[usage("db-0", left=20)]), "volume-usage")
    assert [(each.object, each.facts["share"]) for each in found] == [("persistentvolumeclaim/data", "0.0200")]
    assert len(symptoms(scene(stored("db-0"), looks=[usage("db-0", left=900, inodes=0)]), "volume-usage")) == 1


def test_room_and_what_was_not_measured_is_not() -> None:
    """A driver that counts nothing says nothing."""
    uncounted = Look(kind="volume-usage", about="volume/db-0/data", facts={"capacity-bytes": "100"})
    assert symptoms(scene(stored("db-0"), looks=[usage("db-0", left=60), uncounted]), "volume-usage") == []
