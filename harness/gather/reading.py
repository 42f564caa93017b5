"""Questions asked side by side with one end for all; what is not to be had is noted in words. Knows no question."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Generic, ParamSpec, Self, TypeVar

import msgspec

from harness.machine.clock import Clock
from harness.model.errors import ApiError, ClusterBroken, CommandFailed, HealproofError

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE = 12
NAMED_MAX = 4
"""So many subjects that share a reason are named; the others are counted."""
_LATE = "no answer in time"
_REFUSALS = {
    401: "not allowed (401)",
    403: "not allowed (403)",
    404: "not there (404)",
    429: "too many requests (429)",
}


class Reading:
    """Questions to one cluster until `seconds` have passed. Use it as a context; safe to ask from any thread."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._ends = clock.now() + seconds
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(AT_ONCE)
        self._noted = threading.Lock()
        self._unseen: dict[str, list[str]] = {}

    def left(self, share: float = 1.0) -> float:
        """Seconds until this share of the time is over; never 0, which a socket takes for no limit."""
        return max(self._ends - (1 - share) * self._seconds - self._clock.now(), 0.001)

    def ask(self, what: str, question: Callable[P, T], *words: P.args, **options: P.kwargs) -> Asked[T]:
        """Ask in a thread; `what` is how a person calls that which is asked for."""
        return Asked(self, what, self._threads.submit(question, *words, **options))

    def miss(self, what: str, reason: str) -> None:
        """Note that something could not be seen."""
        with self._noted:
            self._unseen.setdefault(reason, []).append(what)

    def unseen(self) -> list[str]:
        """What could not be seen and why, a sentence for each reason."""
        with self._noted:
            return [f"{_enumerated(subjects)}: {reason}" for reason, subjects in sorted(self._unseen.items())]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # whoever still waits gives up by its own time limit: nothing is asked for longer than is left
        self._threads.shutdown(wait=False, cancel_futures=True)


class Asked(Generic[T]):
    """A question on its way."""

    def __init__(self, reading: Reading, what: str, future: Future[T]) -> None:
        self._reading, self._what, self._future = reading, what, future

    def early(self, share: float) -> T | None:
        """Its answer where there is one by this share of the time; whether it comes at all is told by `answer`."""
        done, _ = wait([self._future], timeout=self._reading.left(share))
        return self._future.result() if done and self._future.exception() is None else None

    def answer(self) -> T | None:
        """Its answer, or None, noted as unseen, where there is none when the time is over."""
        try:
            return self._future.result(timeout=self._reading.left())
        except TimeoutError:
            self._reading.miss(self._what, _LATE)
        except (HealproofError, msgspec.MsgspecError) as error:
            self._reading.miss(self._what, reason_of(error))
        return None


def reason_of(error: Exception) -> str:
    """Why something could not be read, without the path and the words of a command."""
    match error:
        case ApiError(status=status) if status in _REFUSALS:
            return _REFUSALS[status]
        case ApiError(status=status, reason=reason):
            return f"the API server answered {status} {reason}".rstrip()
        case ClusterBroken(message=message):
            words = message.rpartition(": ")[2]
            return _LATE if words == "timed out" else words
        case CommandFailed():
            return _LATE
        case msgspec.MsgspecError():
            return f"not understood: {error}"
        case _:
            return str(error).splitlines()[0]


def _enumerated(subjects: list[str]) -> str:
    named = ", ".join(subjects[:NAMED_MAX])
    more = len(subjects) - NAMED_MAX
    return f"{named} and {more} more" if more > 0 else named
