"""Promise: a connection that was tried and failed is told of who asked."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import scene
from harness.model.scene import Look


def test_both_ends_and_the_error_are_facts() -> None:
    """One that worked is not told."""
    looks = [
        Look(kind="connection", about="pod/a -> service/b", facts={"error": "timed out"}),
        Look(kind="connection", about="pod/a -> service/c", facts={"seconds": "0.01"}),
    ]
    (found,) = symptoms(scene(looks=looks), "connection-failed")
    assert (found.object, found.facts) == ("pod/a", {"from": "pod/a", "to": "service/b", "error": "timed out"})
