"""Promise: a slow volume is named where it was timed, suspected where its pod waits for it, and else not."""

from __future__ import annotations

from diagnose.asked import first, named, suspicions
from diagnose.scenes import endpoints, event, node, scene, statefulset
from diagnose.surroundings import bound, governing, mount, stored, unwell
from harness.model.scene import Look

AROUND = [node(), *bound(), governing()]
PROBE = {"exec": {"command": ["sh", "-c", "dd if=/dev/zero of=/data/ready bs=4096 count=2 conv=fsync"]}}
LATE = 'Readiness probe failed: command timed out: "sh -c dd if=/dev/zero of=/data/ready" timed out after 2s'
MAIN = {"name": "main", "readinessProbe": PROBE, "volumeMounts": [{"name": "data", "mountPath": "/data"}]}


def test_a_timed_write_names_it() -> None:
    """Eight kilobytes took two seconds."""
    looks = [mount("db-0", **{"write-seconds": "2.1", "options": "rw", "entries": "3"})]
    found = first(scene(*AROUND, statefulset(unwell("db-0")), looks=looks))
    assert (found.cause, found.layer) == ("volume-slow", "storage")


def test_a_late_probe_that_writes_to_it_and_a_process_that_waits_for_a_disk_suspect_it() -> None:
    """The kernel says what the process waits for."""
    db = unwell("db-0", spec={"containers": [MAIN]})
    looks = [Look(kind="container-process", about="pod/db-0/main", facts={"state": "D"})]
    found = first(scene(*AROUND, event(db, "Unhealthy", LATE), statefulset(db), looks=looks))
    assert found.cause == "volume-slow"
    assert "time a small synchronous write" in found.decides


def test_a_late_probe_alone_leaves_doubt() -> None:
    """A busy processor looks the same."""
    db = unwell("db-0", spec={"containers": [MAIN]})
    (found,) = suspicions(scene(*AROUND, event(db, "Unhealthy", LATE), statefulset(db)), "volume-slow")
    assert found.confidence == 0.5


def test_a_late_probe_that_does_not_touch_the_volume_says_nothing_of_it() -> None:
    """It asks over the network."""
    db = unwell("db-0", spec={"containers": [MAIN]})
    late = 'Readiness probe failed: command timed out: "nc -z localhost 80" timed out after 2s'
    assert suspicions(scene(*AROUND, event(db, "Unhealthy", late), statefulset(db)), "volume-slow") == []


def test_a_quick_volume_is_not_named() -> None:
    """Timed, and in time."""
    db = stored("db-0")
    looks = [mount("db-0", **{"write-seconds": "0.02", "options": "rw", "entries": "3"})]
    assert named(scene(*AROUND, endpoints("db", db), statefulset(db), looks=looks)) == []
