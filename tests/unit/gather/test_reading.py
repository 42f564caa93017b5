"""Questions side by side: one end for all, and words for what is not to be had."""

from __future__ import annotations

import threading

from harness.gather.reading import Reading
from harness.machine.clock import Monotonic
from harness.model.errors import ApiError, ClusterBroken, CommandFailed


def refuse(status: int) -> None:
    raise ApiError("GET", "/api", status, "Reason", "message")


def test_what_is_refused_is_told_once_for_each_reason() -> None:
    """A person reads one sentence a reason, with the first subjects by name."""
    with Reading(Monotonic(), 5) as reading:
        asked = [reading.ask(name, refuse, 403) for name in ("secrets", "nodes", "leases", "events", "pods", "jobs")]
        asked += [reading.ask("metrics", refuse, 404), reading.ask("services", refuse, 500)]
        assert [each.answer() for each in asked] == [None] * 8
        assert reading.unseen() == [
            "secrets, nodes, leases, events and 2 more: not allowed (403)",
            "metrics: not there (404)",
            "services: the API server answered 500 Reason",
        ]


def test_the_words_of_a_command_are_not_repeated() -> None:
    """A command that did not end in time, and a server that was silent, are both late: no path, no script."""

    def late(error: Exception) -> None:
        raise error

    with Reading(Monotonic(), 5) as reading:
        reading.ask("a node", late, CommandFailed(["sh", "-s"], None, "the whole script")).answer()
        reading.ask("pods", late, ClusterBroken("GET /api: no answer from the API server: timed out")).answer()
        reading.ask("jobs", late, ClusterBroken("GET /api: no answer from the API server: connection refused")).answer()
        assert reading.unseen() == ["jobs: connection refused", "a node, pods: no answer in time"]


def test_nobody_waits_longer_than_all_together() -> None:
    """Whoever has not answered when the time is over is late, and the others' answers stand."""
    held = threading.Event()
    clock = Monotonic()
    began = clock.now()
    with Reading(clock, 0.2) as reading:
        slow, quick = reading.ask("slow", held.wait), reading.ask("quick", int, "7")
        assert (slow.answer(), quick.answer()) == (None, 7)
        assert reading.unseen() == ["slow: no answer in time"]
        held.set()
    assert clock.now() - began < 5


def test_a_share_of_the_time_ends_sooner() -> None:
    """What more questions depend on does not use up the time of these."""
    with Reading(Monotonic(), 100.0) as reading:
        assert 59 < reading.left(0.6) <= 60
        assert 99 < reading.left() <= 100
