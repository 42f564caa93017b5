"""Telling the user what is going on: one line a step on standard error, colour only on a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from typing import Protocol, TextIO


class Progress(Protocol):
    """Where long work reports its steps."""

    def say(self, text: str) -> None:
        """Print one line."""

    def step(self, text: str) -> contextlib.AbstractContextManager[None]:
        """Print that a step begins, and when it ends how many seconds it took."""


class Terminal:
    """Progress on a stream; colours where it is a terminal and NO_COLOR is not set."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._given = stream

    def say(self, text: str) -> None:
        """Print one line."""
        stream = self._given or sys.stderr  # looked up late: whoever captures output replaces it
        stream.write(f"{_dim('healproof', stream)} {text}\n")
        stream.flush()

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Print that a step begins, and when it ends how many seconds it took."""
        self.say(f"{text} …")
        begun = time.monotonic()
        yield
        self.say(f"{text}: {time.monotonic() - begun:.1f} s")


def _dim(text: str, stream: TextIO) -> str:
    coloured = stream.isatty() and "NO_COLOR" not in os.environ
    return f"\033[2m{text}\033[0m" if coloured else text


class Silent:
    """Progress that nobody reads."""

    def say(self, text: str) -> None:
        """Nothing."""

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Nothing."""
        yield
