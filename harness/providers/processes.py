"""Processes that outlive the harness: known by pid and start time, found again by an argument. Knows no cluster."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Self

from harness.machine.clock import wait_until
from harness.model.errors import ClusterBroken

_PROC = Path("/proc")


class Identity(NamedTuple):
    """One process for all time: pids are used again, a pid with its start time (clock ticks since boot) is not."""

    pid: int
    started_ticks: int

    def __str__(self) -> str:
        return f"{self.pid}:{self.started_ticks}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The identity that `str` wrote."""
        pid, _, started = text.partition(":")
        return cls(int(pid), int(started))


def identify(pid: int) -> Identity | None:
    """The identity of a running process; None where there is none, or it only waits to be reaped."""
    seen = _stat(pid)
    return None if seen is None or seen[0] in "ZX" else Identity(pid, seen[1])


def running(identity: Identity) -> bool:
    """Whether exactly this process still runs."""
    return identify(identity.pid) == identity


def is_frozen(identity: Identity) -> bool:
    """Whether exactly this process was stopped by a signal and waits for another to go on."""
    return running(identity) and (_stat(identity.pid) or ("", 0))[0] in ("T", "t")


def with_argument_below(folder: Path) -> dict[Identity, tuple[str, ...]]:
    """Every process of this user that has a path inside `folder` among its arguments, with its arguments."""
    mark = f"{folder}/"
    found: dict[Identity, tuple[str, ...]] = {}
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        words = _arguments(entry)
        # the program itself may live below the folder; only what it was told counts
        if any(mark in word for word in words[1:]) and (identity := identify(int(entry.name))) is not None:
            found[identity] = words
    return found


def end(identities: Iterable[Identity], *, timeout_seconds: float = 10.0) -> None:
    """Kill these processes and wait until they are gone; those gone already are no error.

    SIGKILL on purpose: what is ended here is thrown away, and an API server takes a minute to end politely.
    Raises ClusterBroken when one survives `timeout_seconds`.
    """
    left = [identity for identity in identities if running(identity)]
    for identity in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(identity.pid, signal.SIGKILL)
    gone = wait_until(lambda: not any(map(_still_there, left)), timeout_seconds=timeout_seconds, every_seconds=0.01)
    if gone is None:
        names = ", ".join(str(identity.pid) for identity in left if running(identity))
        raise ClusterBroken(f"processes {names} do not end on SIGKILL", hint="look at them with `ps`")


def _still_there(identity: Identity) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(identity.pid, os.WNOHANG)  # our own child stays a zombie until somebody asks
    return running(identity)


def _stat(pid: int) -> tuple[str, int] | None:
    """State letter and start time of a process; None where there is none."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # the program's name, in parentheses, may itself hold spaces and parentheses
    fields = stat.rpartition(")")[2].split()
    return fields[0], int(fields[19])


def _arguments(entry: Path) -> tuple[str, ...]:
    try:
        return tuple((entry / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1])
    except OSError:
        return ()
