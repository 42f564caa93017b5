"""Promise: an empty volume is named under a pod that is not well, and a new one is left alone."""

from __future__ import annotations

from diagnose.asked import first, named, suspicions
from diagnose.scenes import endpoints, log, node, scene, statefulset
from diagnose.surroundings import bound, governing, mount, stored, unwell

AROUND = [node(), *bound(), governing()]
EMPTY = [mount("db-0", options="rw", entries="0")]


def test_an_empty_volume_under_a_pod_that_is_not_well_is_named() -> None:
    """It served yesterday; its probe fails without a word."""
    found = first(scene(*AROUND, statefulset(unwell("db-0")), looks=EMPTY))
    assert (found.cause, found.object) == ("volume-data-lost", "persistentvolumeclaim/data")


def test_the_applications_words_make_it_surer() -> None:
    """It misses a file in the volume."""
    said = [log("db-0", "FATAL: could not open /data/ledger: No such file or directory")]
    found = first(scene(*AROUND, statefulset(unwell("db-0")), looks=EMPTY, logs=said))
    assert (found.cause, found.confidence >= 0.9) == ("volume-data-lost", True)


def test_a_file_missed_elsewhere_is_not_the_volumes() -> None:
    """The image lacks it."""
    said = [log("db-0", "FATAL: could not open /etc/app/config.yaml: No such file or directory")]
    assert suspicions(scene(*AROUND, unwell("db-0"), logs=said), "volume-data-lost") == []


def test_a_file_that_is_missing_among_others_is_a_suspicion() -> None:
    """An application may well have gone on writing others; without its words a volume with files has lost nothing."""
    said = [log("db-0", "could not open /data/ledger: No such file or directory")]
    looks = [mount("db-0", options="rw", entries="7")]
    (found,) = suspicions(scene(*AROUND, unwell("db-0"), logs=said, looks=looks), "volume-data-lost")
    assert found.confidence == 0.5
    assert suspicions(scene(*AROUND, unwell("db-0"), looks=looks), "volume-data-lost") == []


def test_a_new_volume_is_empty_and_well() -> None:
    """Its pod has written nothing yet."""
    db = stored("db-0")
    assert named(scene(*AROUND, endpoints("db", db), statefulset(db), looks=EMPTY)) == []
