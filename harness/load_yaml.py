"""YAML text as plain data with the line of each value. Owns reading and its limits; knows nothing of scenarios."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from harness.model.errors import BadInput

BYTES_MAX = 1024 * 1024
DEPTH_MAX = 100
VALUES_MAX = 100_000  # counted with every alias written out, so that nested aliases cannot grow without limit

Trail = tuple[str | int, ...]

_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NULL = ("", "~", "null", "Null", "NULL")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DIGITS_MAX = 300


class Document(NamedTuple):
    """One YAML document: builtins only, and the line (from 1) of each key and list item by its trail."""

    data: Any
    lines: dict[Trail, int]

    def line(self, trail: Trail) -> int:
        """The line of the value at `trail`, or of the nearest value around it that has one."""
        while trail and trail not in self.lines:
            trail = trail[:-1]
        return self.lines[trail]


class Problem(NamedTuple):
    """One thing that is wrong with a file, and what would be accepted in its place."""

    path: Path
    line: int
    wrong: str
    accepted: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.wrong}; accepted: {self.accepted}"


class Refused(BadInput):
    """What is wrong with the files that were read: a line for each problem, in the order of each file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def read_documents(path: Path) -> list[Document]:
    """All documents of a YAML 1.2 file that are not empty. Raises Refused at the first thing that is not YAML."""
    text = _read_text(path)
    try:
        documents = list(_Builder(path, text).documents())
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _bad(path, mark.line + 1 if mark else 1, _first_line(error), "YAML 1.2") from None
    except (YAMLError, ValueError, OverflowError) as error:  # ruamel.yaml lets chr() fail on escapes beyond Unicode
        raise _bad(path, 1, f"not YAML: {error}".splitlines()[0], "YAML 1.2") from None
    if not documents:
        raise _bad(path, 1, "the file is empty", "at least one YAML document")
    return documents


def _read_text(path: Path) -> str:
    accepted = f"a readable YAML file of at most {BYTES_MAX // 1024} KiB"
    if path.is_dir():
        raise _bad(path, 1, "this is a folder", accepted)
    try:
        with path.open("rb") as file:
            raw = file.read(BYTES_MAX + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise _bad(path, 1, f"the file cannot be read: {reason}", accepted) from None
    if len(raw) > BYTES_MAX:
        raise _bad(path, 1, f"the file is larger than {BYTES_MAX} bytes", accepted)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _bad(path, line, f"byte 0x{raw[error.start]:02x} is not UTF-8", "text in UTF-8") from None
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise _bad(path, line, f"control character {control.group()!r}", "printable text in UTF-8")
    return text


def _bad(path: Path, line: int, wrong: str, accepted: str) -> Refused:
    return Refused([Problem(path, line, wrong, accepted)])


def _first_line(error: MarkedYAMLError) -> str:
    words = [str(part) for part in (error.problem, error.context) if part]
    return f"not YAML: {', '.join(words)}".splitlines()[0]


class _Builder:
    """Builds data from parser events, because these still have the lines and each alias as an alias."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
        self._values = 0
        self._lines: dict[Trail, int] = {}
        self._anchors: dict[str, tuple[Any, int]] = {}

    def documents(self) -> Iterator[Document]:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if event.version not in (None, (1, 2)):
                    self._refuse(event, f"%YAML {event.version[0]}.{event.version[1]}", "YAML 1.2")
                self._lines, self._anchors = {}, {}
                root = next(self._events)
                data = self._node(root, ())
                if data is not None:
                    yield Document(data, self._lines)

    def _node(self, event: Event, trail: Trail) -> object:
        self._lines.setdefault(trail, event.start_mark.line + 1)
        if isinstance(event, AliasEvent):
            return self._alias(event)
        before = self._values
        self._count(event, 1)
        if len(trail) > DEPTH_MAX:
            self._refuse(event, f"nested more than {DEPTH_MAX} levels deep", f"at most {DEPTH_MAX} levels")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._refuse(event, f"tag {tag}", "values without a tag (quote what is text)")
        value: object
        if isinstance(event, ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, SequenceStartEvent):
            value = self._sequence(trail)
        elif isinstance(event, MappingStartEvent):
            value = self._mapping(trail)
        else:
            self._refuse(event, "not a value", "a mapping, a list or a plain value")
        if isinstance(event, NodeEvent) and event.anchor is not None:
            self._anchors[event.anchor] = (value, self._values - before)
        return value

    def _sequence(self, trail: Trail) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._node(event, (*trail, len(items))))
        return items

    def _mapping(self, trail: Trail) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event)
            place = (*trail, key)
            if key in mapping:
                self._refuse(event, f"key `{key}` again, first given at line {self._lines[place]}", "each key once")
            self._lines[place] = event.start_mark.line + 1
            mapping[key] = self._node(next(self._events), place)
        return mapping

    def _key(self, event: Event) -> str:
        if not isinstance(event, ScalarEvent) or event.tag is not None:
            self._refuse(event, "a key that is not a plain word", "text as key")
        if event.value == "<<":
            self._refuse(event, "merge key `<<`", "YAML 1.2, which has no merge keys")
        return str(event.value)

    def _alias(self, event: AliasEvent) -> object:
        if event.anchor not in self._anchors:
            self._refuse(event, f"alias *{event.anchor}", "an alias of an anchor that ended before it")
        value, size = self._anchors[event.anchor]
        self._count(event, size)
        return value

    def _scalar(self, event: ScalarEvent) -> object:
        text = str(event.value)
        if event.style not in (None, ""):
            return text
        if text in _NULL:
            return None
        if text in _BOOL:
            return _BOOL[text]
        if _BASED.fullmatch(text) and len(text) <= _DIGITS_MAX:
            return int(text, 0)
        if _INT.fullmatch(text) and len(text) <= _DIGITS_MAX:
            if len(text.lstrip("+-")) > 1 and text.lstrip("+-")[0] == "0":
                # kubectl reads YAML 1.1, where 0644 is octal: the same file would mean two things
                self._refuse(event, f"number {text}, octal to some readers", "0o644, 420, or quotes around text")
            return int(text)
        if _NOT_FINITE.fullmatch(text) or (_FLOAT.fullmatch(text) and math.isinf(float(text))):
            self._refuse(event, f"number {text[:40]}", "a finite number")
        return float(text) if _FLOAT.fullmatch(text) else text

    def _count(self, event: Event, more: int) -> None:
        self._values += more
        if self._values > VALUES_MAX:
            self._refuse(event, f"more than {VALUES_MAX} values with all aliases written out", "fewer values")

    def _refuse(self, event: Event, wrong: str, accepted: str) -> NoReturn:
        raise _bad(self._path, event.start_mark.line + 1, wrong, accepted)
