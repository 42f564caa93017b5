"""Notices when this process was not running, so that what it saw right after may bear too late a time."""

from __future__ import annotations

import contextlib
import threading

from harness.model.errors import HealproofError
from harness.model.timeline import Stalled
from harness.observe.timeline import Recorder

BEAT_SECONDS = 0.025
LATE_SECONDS = 0.025
"""A beat later than this is told; less is within what a watch takes anyway."""


class Heartbeat:
    """A thread that wakes at a steady pace and writes `Stalled` wherever it woke late, until `stop`."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._stop = threading.Event()
        first = recorder.now() + BEAT_SECONDS  # read here: the thread itself may start late
        self._thread = threading.Thread(target=self._beat, args=(first,), name="heartbeat", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it; returns when it has ended."""
        self._stop.set()
        self._thread.join()

    def _beat(self, due: float) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            now = self._recorder.now()
            if now - due > LATE_SECONDS:
                with contextlib.suppress(HealproofError):  # a timeline that cannot be written is told by its `wait`
                    self._recorder.write(Stalled(t=now, since=due))
            due = now + BEAT_SECONDS
