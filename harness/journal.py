"""The undo journal: append-only JSON lines, on disk (fsync) before the cluster is touched.

A live run holds a lock on its journal, which the kernel releases when the process dies: that is how `recover` tells
a dead run's faults from a live one's. A token is plain data, enough to undo a fault from a fresh process.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import msgspec

from harness.machine.paths import state_dir
from harness.model.cluster import ClusterRecord
from harness.model.errors import BadInput, HealproofError

SCHEMA = "healproof/journal/v1"
NAMESPACE = "namespace"
"""The `what` of an entry whose undo is to delete a namespace that healproof made."""
OBJECTS = "objects"
"""The `what` of an entry whose undo is to delete a workload's objects from a namespace that was there before."""


UNBORN = ".unborn"
"""The suffix of a journal until its first line is on disk: nothing was done yet that it could tell."""


class Opened(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="opened"):
    """The first line: whose journal it is and how to reach the cluster again."""

    schema: str = SCHEMA
    run: str
    scenario: str
    cluster: ClusterRecord


class Intent(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="intent"):
    """Something is about to be done to the cluster; `what` names the fault, `token` is all that its undo needs."""

    id: int
    what: str
    token: dict[str, Any]


class Reverted(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="reverted"):
    """The change with that id is undone."""

    id: int


Line = Opened | Intent | Reverted
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


class Journal:
    """An open journal of a run that lives; `write` returns only when the line is on disk."""

    def __init__(self, path: Path, cluster: ClusterRecord) -> None:
        self.path = path
        self.cluster = cluster
        self._pending: dict[int, Intent] = {}
        self._last_id = 0
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    @classmethod
    def begin(cls, *, run: str, scenario: str, cluster: ClusterRecord, folder: Path | None = None) -> Self:
        """A new journal, locked by this process and its first line on disk."""
        folder = folder or journal_dir()
        path = folder / f"{run}--{scenario}.jsonl"
        while True:
            journal = cls(path.with_suffix(UNBORN), cluster)
            fcntl.flock(journal._fd, fcntl.LOCK_EX)
            journal._write(Opened(run=run, scenario=scenario, cluster=cluster))
            try:
                journal.path = journal.path.rename(path)
            except FileNotFoundError:  # swept away by somebody else before it was locked
                journal.close()
                continue
            _sync_folder(folder)
            return journal

    @classmethod
    def adopt(cls, path: Path) -> Self | None:
        """A dead run's journal, locked by this process now; None while its run lives or when it says nothing."""
        try:
            lines = read(path)
        except FileNotFoundError:  # its run has just ended
            return None
        if not lines or not isinstance(lines[0], Opened):
            return None
        journal = cls(path, lines[0].cluster)
        try:
            fcntl.flock(journal._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            journal.close()
            return None
        journal._cut_torn_line()
        try:
            lines = read(path)
        except FileNotFoundError:
            journal.close()
            return None
        for line in lines:
            journal._note(line)
        return journal

    @property
    def pending(self) -> list[Intent]:
        """What is not undone yet, the latest first: the order in which to undo it."""
        return sorted(self._pending.values(), key=lambda intent: -intent.id)

    def intend(self, what: str, token: dict[str, Any]) -> Intent:
        """Put on disk what is about to be done; only then may it be done."""
        intent = Intent(id=self._last_id + 1, what=what, token=token)
        self._write(intent)
        return intent

    def reverted(self, intent: Intent) -> None:
        """Put on disk that it is undone."""
        self._write(Reverted(id=intent.id))

    def close(self) -> None:
        """Release the lock."""
        os.close(self._fd)

    def discard(self) -> None:
        """Remove a journal with nothing left to undo, and release the lock."""
        if not self._pending:
            self.path.unlink(missing_ok=True)
        self.close()

    def _write(self, line: Line) -> None:
        encoded = msgspec.json.encode(line) + b"\n"
        try:
            written = os.write(self._fd, encoded)
            os.fsync(self._fd)
        except OSError as error:
            self._cut_torn_line()
            raise self._unwritable(str(error.strerror)) from None
        if written < len(encoded):
            self._cut_torn_line()
            raise self._unwritable("no space left")
        self._note(line)

    def _cut_torn_line(self) -> None:
        """A line that was cut off in the writing must not become the beginning of the next one."""
        length = os.fstat(self._fd).st_size
        torn = os.pread(self._fd, length, 0).rpartition(b"\n")[2]
        if torn:
            os.ftruncate(self._fd, length - len(torn))

    def _unwritable(self, reason: str) -> HealproofError:
        hint = "free space on the disk that holds the state folder, then run again"
        return HealproofError(f"{self.path}: the journal cannot be written: {reason}", hint=hint)

    def _note(self, line: Line) -> None:
        if isinstance(line, Intent):
            self._pending[line.id] = line
            self._last_id = max(self._last_id, line.id)
        elif isinstance(line, Reverted):
            self._pending.pop(line.id, None)


def journal_dir() -> Path:
    """Where all journals of this user are: outside any checkout, so that cleaning one loses none."""
    folder = state_dir() / "journals"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def dead_journals(unreadable: Callable[[BadInput], None], folder: Path | None = None) -> Iterator[Journal]:
    """The journals of runs that no longer live, each locked by this process; the caller discards or closes them.

    One that cannot be read is told to `unreadable` and keeps nobody from the others.
    """
    folder = folder or journal_dir()
    _sweep_unborn(folder)
    for path in sorted(folder.glob("*.jsonl")):
        try:
            journal = Journal.adopt(path)
        except BadInput as error:
            unreadable(error)
            continue
        if journal is not None:
            yield journal


def _sweep_unborn(folder: Path) -> None:
    """Remove what is left of runs that died while they began."""
    for path in folder.glob(f"*{UNBORN}"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError), path.open("rb") as unborn:
            fcntl.flock(unborn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def read(path: Path) -> list[Line]:
    """The lines of a journal; a last line that was cut off in the writing was never acted on and is left out."""
    whole = path.read_bytes().rpartition(b"\n")[0]
    lines = []
    for number, line in enumerate(whole.split(b"\n") if whole else [], start=1):
        try:
            lines.append(_decoder.decode(line))
        except msgspec.DecodeError as error:
            raise BadInput(f"{path}:{number}: not a journal line of {SCHEMA}: {error}") from None
    return lines


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
