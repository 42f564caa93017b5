"""Starting programs: the only place that does, with argument lists, a deadline and the output kept for errors."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from harness.model.errors import CommandFailed, MissingProgram


class Completed(NamedTuple):
    """How a program ended: its exit code and both streams, raw."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """Standard output as text without surrounding white space."""
        return self.stdout.decode(errors="replace").strip()


def run(
    argv: Sequence[str],
    *,
    timeout_seconds: float,
    check: bool = True,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Completed:
    """Run a program to its end.

    `env` is added to this process's environment. Raises MissingProgram where the program does not exist,
    CommandFailed when it does not end in `timeout_seconds` (its whole process group is killed) or, with
    `check`, when its exit code is not 0.
    """
    words = [os.fspath(word) for word in argv]
    with _start(words, stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL, env=env, cwd=cwd) as child:
        try:
            out, err = child.communicate(stdin, timeout=timeout_seconds)
        except subprocess.TimeoutExpired:
            kill_group(child)
            out, err = child.communicate()
            raise CommandFailed(words, None, _tail(out, err)) from None
        except BaseException:
            kill_group(child)  # Ctrl-C in the middle leaves no child behind
            raise
    if check and child.returncode != 0:
        raise CommandFailed(words, child.returncode, _tail(out, err))
    return Completed(child.returncode, out, err)


def spawn(argv: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> int:
    """Start a program that outlives this process, its output in `log`; gives its process id."""
    words = [os.fspath(word) for word in argv]
    with log.open("ab") as sink:
        child = _start(
            words, stdin=subprocess.DEVNULL, env=env, cwd=cwd, stdout=sink.fileno(), stderr=subprocess.STDOUT
        )
    child.returncode = 0  # it is meant to go on: without this, Popen warns that nobody waited for it
    return child.pid


def pipe(argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a program whose standard output and error (as one stream) are read line by line by the caller."""
    words = [os.fspath(word) for word in argv]
    return _start(words, stdin=subprocess.DEVNULL, env=env, cwd=None, stderr=subprocess.STDOUT)


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """End a child that `run`, `spawn` or `pipe` started, with all that it started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _start(
    words: list[str],
    *,
    stdin: int,
    env: Mapping[str, str] | None,
    cwd: Path | None,
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            words,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env={**os.environ, **env} if env else None,
            cwd=cwd,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise MissingProgram(f"{words[0]}: no such program", hint="`healproof doctor` says what is missing") from None


def _tail(out: bytes | None, err: bytes | None) -> str:
    return ((out or b"")[-2000:] + (err or b"")[-4000:]).decode(errors="replace")
