"""Promise: a write that was timed and took long is told with its time."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import scene
from diagnose.surroundings import mount, stored


def test_only_a_write_that_took_long_is_told() -> None:
    """Tens of milliseconds are usual."""
    looks = [mount("db-0", **{"write-seconds": "1.5"}), mount("db-1", **{"write-seconds": "0.03"}), mount("db-2")]
    found = symptoms(scene(stored("db-0"), stored("db-1"), stored("db-2"), looks=looks), "write-slow")
    assert [(each.facts["pod"], each.facts["seconds"]) for each in found] == [("db-0", "1.500")]
