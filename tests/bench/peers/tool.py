"""The seam of a tool in the comparison: what it is asked to do, and what it says came of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

RECOVERED, NOT_RECOVERED, UNDECIDED = "recovered", "not recovered", "undecided"
_TIMED = Path(__file__).with_name("timed.py")
_SECONDS_MAX = 180.0


class Task(NamedTuple):
    """One experiment: kill a pod of Deployment `web` and say within `within` seconds whether it recovered.

    `namespace` has the workload already; a tool that brings its own ignores it. `case` names what is broken between
    the baseline and the kill, '' where nothing is. `hold` is how long a recovery must last, for tools that can say so.
    """

    name: str
    namespace: str
    case: str
    within: float
    hold: float


class Declared(NamedTuple):
    """What a tool said; all times are monotonic seconds.

    `decided` is when it knew inside, `claimed` when it says that the recovery came (where it says so), `held` for how
    long it made sure; `slack` is how far off these may be because of another clock. `began` to `ended` is the
    experiment itself, `cpu` (seconds) and `mebibytes` (largest) are its cost.
    """

    verdict: str
    decided: float
    began: float
    ended: float
    cpu: float
    mebibytes: float
    namespace: str = ""
    held: float = 0.0
    claimed: float | None = None
    slack: float = 0.0
    note: str = ""


class Tool(Protocol):
    """A tool under comparison."""

    name: str
    agent: str
    """How the user agent of its requests begins."""
    brings_workload: bool
    can_be_broken: bool
    """Whether something can be broken between its baseline and its kill."""
    every: int
    """It takes part in each so many-th round."""

    def prepare(self) -> None:
        """Have everything ready. Raises where it cannot take part."""

    def experiment(self, task: Task) -> Declared:
        """Run one experiment."""

    def close(self) -> None:
        """End what was started."""


class Timed(NamedTuple):
    """How a command went."""

    began: float
    ended: float
    code: int
    cpu: float
    mebibytes: float
    output: str


def timed(command: list[str], folder: Path, env: Mapping[str, str] | None = None) -> Timed:
    """Run a command in a folder; its output is kept. Raises TimeoutExpired after three minutes."""
    result, log = folder / "timed.txt", folder / "output.txt"
    words = [sys.executable, "-S", "-E", str(_TIMED), str(result), str(log), *command]
    child = subprocess.Popen(words, cwd=folder, env={**os.environ, **(env or {})}, start_new_session=True)
    try:
        child.wait(_SECONDS_MAX)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    began, ended, code, cpu, mebibytes = result.read_text().split()
    output = log.read_text(errors="replace")
    return Timed(float(began), float(ended), int(code), float(cpu), float(mebibytes), output)
