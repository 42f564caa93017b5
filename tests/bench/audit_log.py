"""Reads the API server's audit log piece by piece; stamps become readings of the monotonic clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

import msgspec

from tests.bench.clocks import Relation


class Object(msgspec.Struct, rename="camel"):
    """What a request was about."""

    resource: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str = ""


class Status(msgspec.Struct):
    """How it ended."""

    code: int = 0


class Condition(msgspec.Struct, frozen=True):
    """One condition of a pod."""

    type: str = ""
    status: str = ""


class PodStatus(msgspec.Struct, frozen=True):
    """The conditions that a patch sets."""

    conditions: list[Condition] = []


class Body(msgspec.Struct):
    """What a patch of a pod's status says, where the policy keeps it."""

    status: PodStatus = PodStatus()


class Line(msgspec.Struct, rename="camel"):
    """One entry as the API server writes it."""

    stage: str
    verb: str
    user_agent: str = ""
    object_ref: Object | None = None
    response_status: Status | None = None
    request_object: msgspec.Raw = msgspec.Raw()
    request_received_timestamp: str = ""
    stage_timestamp: str = ""


class Asked(NamedTuple):
    """One finished request; `received` and `done` are readings of this machine's monotonic clock in seconds.

    `readies` says whether it makes a pod ready; None where the log does not keep what was sent.
    """

    verb: str
    agent: str
    object: Object
    code: int
    received: float
    done: float
    readies: bool | None

    @classmethod
    def of(cls, line: Line, relation: Relation) -> Self:
        """From a line of the log."""
        return cls(
            line.verb,
            line.user_agent,
            line.object_ref or Object(),
            line.response_status.code if line.response_status else 0,
            relation.monotonic(line.request_received_timestamp),
            relation.monotonic(line.stage_timestamp),
            _readies(line),
        )


def _readies(line: Line) -> bool | None:
    if not bytes(line.request_object) or line.object_ref is None or line.object_ref.resource != "pods":
        return None
    body = msgspec.json.decode(line.request_object, type=Body)
    return Condition("Ready", "True") in body.status.conditions


class AuditLog:
    """The log from the moment this is made; a rotation is followed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("rb")
        self._file.seek(0, 2)
        self._rest = b""

    def news(self, relation: Relation) -> Iterator[Asked]:
        """What was finished and written since the last call; watches are left out."""
        for line in self._lines():
            entry = msgspec.json.decode(line, type=Line)
            if entry.stage in ("ResponseComplete", "Panic") and entry.verb != "watch":
                yield Asked.of(entry, relation)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _lines(self) -> Iterator[bytes]:
        while True:
            data = self._rest + self._file.read()
            *lines, self._rest = data.split(b"\n")
            yield from (line for line in lines if line)
            if self._path.stat().st_ino == _inode(self._file.fileno()):
                return
            self._file.close()
            self._file, self._rest = self._path.open("rb"), b""


def _inode(descriptor: int) -> int:
    return Path(f"/proc/self/fd/{descriptor}").stat().st_ino
