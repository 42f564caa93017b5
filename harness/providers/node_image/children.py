"""Programs that run side by side and end together. Knows nothing of what they do."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping, Sequence

from harness.machine.process import kill_group, pipe
from harness.model.errors import CommandFailed


class Children:
    """Programs started from several threads; `end` stops all of them, so an interrupt need not wait for any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ended = False

    def run(self, argv: Sequence[str], *, timeout_seconds: float, env: Mapping[str, str] | None = None) -> None:
        """Run a program to its end; raises CommandFailed with the end of its output."""
        with self._lock:
            if self._ended:
                raise CommandFailed(list(argv), None, "not started: another part failed or was interrupted")
            child = pipe(argv, env=env)
            self._running.add(child)
        try:
            output = child.communicate(timeout=timeout_seconds)[0]
        except subprocess.TimeoutExpired:
            kill_group(child)
            raise CommandFailed(list(argv), None, child.communicate()[0].decode(errors="replace")) from None
        finally:
            with self._lock:
                self._running.discard(child)
        if child.returncode != 0:
            raise CommandFailed(list(argv), child.returncode, output.decode(errors="replace"))

    def end(self) -> None:
        """Kill whatever still runs, and start nothing more."""
        with self._lock:
            self._ended = True
            for child in self._running:
                kill_group(child)
