"""A timeline file holds what was observed, in order, at once."""

from __future__ import annotations

import errno
import threading
import time
from pathlib import Path

import pytest

from harness.machine.clock import Monotonic
from harness.model.errors import HealproofError
from harness.model.timeline import AnyEntry, Note, Phase, decode_entry
from harness.observe.timeline import Recorder


def read(path: Path) -> list[AnyEntry]:
    return [decode_entry(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path / "run" / "timeline.jsonl", Monotonic())


def test_an_entry_is_on_disk_as_soon_as_it_is_written(recorder: Recorder) -> None:
    """Nothing is held back that a killed process would lose."""
    recorder.write(Phase(t=0.5, name="baseline"))
    assert read(recorder.path) == [Phase(t=0.5, name="baseline")]
    recorder.close()


def test_sinks_see_each_entry_in_the_order_of_the_file(recorder: Recorder) -> None:
    """However many threads write, the file and every sink have one and the same order."""
    seen: list[list[AnyEntry]] = [[], []]
    recorder.sinks += [seen[0].append, seen[1].append]
    threads = [
        threading.Thread(target=lambda who=who: [recorder.write(Note(t=i, source=who, text="")) for i in range(200)])
        for who in "abcd"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    assert len(seen[0]) == 800
    assert seen[0] == seen[1] == read(recorder.path)


def test_times_count_from_the_beginning_of_the_timeline(recorder: Recorder) -> None:
    """A reading of the clock becomes seconds since the timeline began."""
    reading = time.monotonic()
    assert 0 <= recorder.at(reading) < 1
    assert recorder.at(reading + 5) == pytest.approx(recorder.at(reading) + 5)
    recorder.close()


def test_waiting_ends_as_soon_as_an_entry_makes_it_true(recorder: Recorder) -> None:
    """Who waits is woken by the entry, not by a timer."""
    names: list[str] = []
    recorder.sinks.append(lambda entry: names.append(getattr(entry, "name", "")))
    timer = threading.Timer(0.05, lambda: recorder.write(Phase(t=0, name="hold")))
    timer.start()
    begun = time.monotonic()
    assert recorder.wait(lambda: "hold" in names, recorder.now() + 5)
    assert time.monotonic() - begun < 1
    timer.join()
    recorder.close()


def test_waiting_ends_at_its_deadline_and_always_looks_once(recorder: Recorder) -> None:
    """A deadline on the timeline's clock ends the wait; one in the past still asks."""
    assert not recorder.wait(lambda: False, recorder.now() + 0.02)
    assert recorder.wait(lambda: True, recorder.now() - 1)
    recorder.close()


def test_a_closed_timeline_takes_no_more(recorder: Recorder) -> None:
    """Observers that end late neither fail nor change a timeline that was judged."""
    recorder.close()
    recorder.write(Phase(t=1, name="late"))
    assert read(recorder.path) == []


def test_a_timeline_that_cannot_be_written_reaches_the_runner(recorder: Recorder) -> None:
    """A full disk is told to whoever waits, for the thread that met it may be a watch."""

    class Full:
        closed = False

        def write(self, _: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    recorder._file.close()
    recorder._file = Full()  # type: ignore[assignment]
    with pytest.raises(HealproofError, match="No space left"):
        recorder.write(Phase(t=0, name="x"))
    with pytest.raises(HealproofError, match="No space left"):
        recorder.wait(lambda: False, recorder.now() + 5)
