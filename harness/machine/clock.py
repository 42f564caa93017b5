"""Time for the harness: a monotonic clock, and waiting for a condition until a deadline. The only place that sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """A clock that tests can replace."""

    def now(self) -> float:
        """Seconds on a monotonic scale."""

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""


class Monotonic:
    """The machine's monotonic clock."""

    def now(self) -> float:
        """Seconds since an arbitrary start."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        if seconds > 0:
            time.sleep(seconds)


def wait_until(
    look: Callable[[], T | None], *, timeout_seconds: float, every_seconds: float = 0.2, clock: Clock | None = None
) -> T | None:
    """Look again and again until something other than None or False is seen; gives it, or None at the deadline.

    For programs and files, which have no watch; what Kubernetes does is observed by watches instead. It always
    looks at least once, and once more at the deadline.
    """
    clock = clock or Monotonic()
    deadline = clock.now() + timeout_seconds
    while True:
        seen = look()
        if seen is not None and seen is not False:
            return seen
        left = deadline - clock.now()
        if left <= 0:
            return None
        clock.sleep(min(every_seconds, left))
