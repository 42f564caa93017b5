"""The writer of a timeline: one clock, one order, on disk at once. Knows nothing of what the entries mean."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.machine.clock import Clock
from harness.model.errors import HealproofError
from harness.model.timeline import AnyEntry, encode_entry


class Recorder:
    """Appends entries to a timeline file; safe to share between threads.

    The lines are in the order in which entries were written. Their `t` is when each was observed, so neighbours
    from different observers may be a few milliseconds out of order, and traffic by as long as its log takes.
    `sinks` are shown each entry right after it was written, one entry at a time; they must not block, write
    entries or call the hub.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self.sinks: list[Callable[[AnyEntry], None]] = []
        self.clock = clock
        self._began_at = clock.now()
        self._changed = threading.Condition()
        self._failure: HealproofError | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        # unbuffered: what was written survives the death of this process
        self._file = path.open("ab", buffering=0)

    def now(self) -> float:
        """Seconds since the timeline began."""
        return self.clock.now() - self._began_at

    def at(self, reading: float) -> float:
        """A reading of the clock (monotonic) as seconds since the timeline began."""
        return reading - self._began_at

    def write(self, entry: AnyEntry) -> None:
        """Append one entry, then show it to the sinks and wake who waits. Does nothing after `close`.

        Raises HealproofError where it cannot be written; `wait` raises it too, so that the runner learns of it.
        """
        line = encode_entry(entry) + b"\n"
        with self._changed:
            if self._file.closed:
                return
            try:
                self._file.write(line)
            except OSError as error:
                self._failure = HealproofError(
                    f"{self.path}: the timeline cannot be written: {error.strerror}",
                    hint="free space on the disk that holds the reports, then run again",
                )
                self._changed.notify_all()
                raise self._failure from None
            for sink in self.sinks:
                sink(entry)
            self._changed.notify_all()

    def wait(self, predicate: Callable[[], bool], deadline: float) -> bool:
        """Wait until `predicate` holds or the timeline's time reaches `deadline`; gives what it was last.

        It is asked at once, after each entry and at the deadline, never while an entry is being written. Raises
        HealproofError where the timeline could not be written meanwhile.
        """
        with self._changed:
            while True:
                if self._failure is not None:
                    raise self._failure
                if predicate():
                    return True
                left = deadline - self.now()
                if left <= 0:
                    return False
                self._changed.wait(left)

    @contextlib.contextmanager
    def still(self) -> Iterator[None]:
        """Nothing is written meanwhile, so that what the sinks have folded can be read in one piece."""
        with self._changed:
            yield

    def close(self) -> None:
        """End the timeline; observers that still write are ignored."""
        with self._changed:
            self._file.close()
            self._changed.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
