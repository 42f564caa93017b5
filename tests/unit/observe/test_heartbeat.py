"""What the heartbeat promises: where the harness was not running, the timeline says so."""

from __future__ import annotations

from pathlib import Path

from harness.machine.clock import Monotonic
from harness.model.timeline import AnyEntry, Stalled
from harness.observe.heartbeat import BEAT_SECONDS, Heartbeat
from harness.observe.timeline import Recorder


class Jumping(Monotonic):
    """A clock that is set forward by hand: to a thread that reads it, as if it had not been running."""

    ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead


def test_a_stall_is_told_with_its_length(tmp_path: Path) -> None:
    """A clock that ran on while no thread did is noticed at the next beat."""
    clock = Jumping()
    recorder = Recorder(tmp_path / "timeline.jsonl", clock)
    seen: list[AnyEntry] = []
    recorder.sinks.append(seen.append)
    heartbeat = Heartbeat(recorder)
    clock.ahead = 30.0

    def told() -> list[Stalled]:
        return [entry for entry in seen if isinstance(entry, Stalled) and entry.t - entry.since > 20]

    assert recorder.wait(lambda: bool(told()), deadline=60.0)
    heartbeat.stop()
    recorder.close()
    (stall,) = told()
    assert stall.since <= stall.t - 30.0 + 20 * BEAT_SECONDS
    assert all(isinstance(entry, Stalled) for entry in seen)


def test_after_its_end_it_says_nothing(tmp_path: Path) -> None:
    """Who has stopped it finds no entry of it later."""
    clock = Jumping()
    recorder = Recorder(tmp_path / "timeline.jsonl", clock)
    Heartbeat(recorder).stop()
    written = recorder.path.read_bytes()
    clock.ahead = 30.0
    assert not recorder.wait(lambda: recorder.path.read_bytes() != written, deadline=30.0 + 10 * BEAT_SECONDS)
    recorder.close()
