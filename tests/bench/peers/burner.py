"""Keeps every core busy while it is on. Knows nothing of what is measured meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Self


class Burner:
    """One endless loop a core, each a process of its own."""

    def __init__(self) -> None:
        self._loops: list[subprocess.Popen[bytes]] = []

    def switch(self, *, on: bool) -> None:
        """Start the loops, or end those that were started here."""
        if on and not self._loops:
            words = [sys.executable, "-S", "-c", "while True: pass"]
            self._loops = [subprocess.Popen(words) for _ in range(os.cpu_count() or 1)]
        elif not on:
            for loop in self._loops:
                loop.kill()
                loop.wait()
            self._loops = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.switch(on=False)
