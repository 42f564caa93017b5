"""Promise: each check of the API server that fails is told, and its verdict over all only where no check says more."""

from __future__ import annotations

from diagnose.asked import symptoms
from diagnose.scenes import scene
from harness.model.scene import Look


def checks(**facts: str) -> list[tuple[str, str]]:
    """The checks that are told of these answers."""
    told = {key.replace("_", "-"): value for key, value in facts.items()}
    look = Look(kind="api-health", about="control-plane", facts=told)
    found = symptoms(scene(looks=[look]), "api-health")
    return [(each.facts["check"], each.object) for each in found]


def test_a_failed_check_is_told_rather_than_the_verdict() -> None:
    """The verdict follows from it."""
    assert checks(ping="ok", etcd="failed: reason withheld", readyz="failed: 500") == [("etcd", "control-plane")]
    assert checks(readyz="failed: timed out") == [("readyz", "control-plane")]


def test_a_late_answer_is_told_and_a_quick_one_is_not() -> None:
    """Two seconds are very late."""
    assert checks(readyz="ok", latency_seconds="2.5") == [("latency", "control-plane")]
    assert checks(readyz="ok", latency_seconds="0.3") == []
