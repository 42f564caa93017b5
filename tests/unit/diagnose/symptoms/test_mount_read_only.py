"""Promise: a mount that is read-only against the pod's wish is told."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import scene
from diagnose.surroundings import mount, stored

ASKED = [{"name": "data", "mountPath": "/data", "readOnly": True}]


def test_only_the_option_itself_counts() -> None:
    """`rw,errors=remount-ro` is writable."""
    assert len(symptoms(scene(stored("db-0"), looks=[mount("db-0", options="relatime,ro")]), "mount-read-only")) == 1
    assert (
        symptoms(scene(stored("db-0"), looks=[mount("db-0", options="rw,errors=remount-ro")]), "mount-read-only") == []
    )


def test_a_pod_that_asks_for_it_gets_what_it_asks_for() -> None:
    """readOnly of its mount."""
    db = stored("db-0", spec={"containers": [{"name": "main", "volumeMounts": ASKED}]})
    assert symptoms(scene(db, looks=[mount("db-0", options="ro")]), "mount-read-only") == []
