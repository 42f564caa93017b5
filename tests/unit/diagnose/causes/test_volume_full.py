"""Promise: a full volume is named by its numbers or by the words of who writes to it; a roomy one never."""

from __future__ import annotations

from diagnose.asked import first, named, suspicions
from diagnose.scenes import endpoints, log, node, scene, statefulset
from diagnose.surroundings import bound, failing_node, governing, stored, unwell, usage

SAID = "sh: write error: No space left on device"


def test_numbers_name_it() -> None:
    """Not a byte is left; the pod's probe fails without a word."""
    found = first(scene(node(), bound(), governing(), statefulset(unwell("db-0")), looks=[usage("db-0", left=0)]))
    assert (found.cause, found.layer, found.object) == ("volume-full", "storage", "persistentvolumeclaim/data")
    assert "statefulset/db" in found.explains


def test_no_inode_left_is_full_as_well() -> None:
    """Space is left, and no file can be made."""
    looks = [usage("db-0", left=900, inodes=0)]
    assert named(scene(node(), bound(), governing(), statefulset(unwell("db-0")), looks=looks)) == ["volume-full"]


def test_words_of_the_application_name_it() -> None:
    """Nobody could look at the volume; the log says it."""
    found = first(scene(node(), bound(), governing(), statefulset(unwell("db-0")), logs=[log("db-0", SAID)]))
    assert found.cause == "volume-full"
    assert any("No space left" in each for each in found.evidence)


def test_words_about_another_path_are_of_another_disk() -> None:
    """The volume is mounted at /data."""
    said = "open('/tmp/cache/part'): No space left on device"
    assert suspicions(scene(node(), bound(), unwell("db-0"), logs=[log("db-0", said)]), "volume-full") == []


def test_room_on_the_volume_contradicts_the_words() -> None:
    """The node's own disk is meant."""
    pressed = failing_node("worker", "True", "KubeletHasDiskPressure", "disk", condition="DiskPressure")
    looks, logs = [usage("db-0", left=900)], [log("db-0", SAID)]
    (found,) = suspicions(scene(pressed, bound(), unwell("db-0"), looks=looks, logs=logs), "volume-full")
    assert found.confidence <= 0.4
    assert any("DiskPressure" in each for each in found.contradicts)


def test_a_volume_with_room_is_not_named() -> None:
    """Nor is an old error in the log of a pod that is well."""
    db = stored("db-0")
    well = [node(), bound(), governing(), endpoints("db", db), statefulset(db)]
    assert named(scene(*well, looks=[usage("db-0", left=100)], logs=[log("db-0", SAID)])) == []
