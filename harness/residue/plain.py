"""Structured data as lines that can be compared one by one; knows nothing of Kubernetes or of nodes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

TEXT_MAX = 120
"""Longer values are shown by their beginning and known by their digest."""


def lines(path: str, value: Any) -> Iterator[str]:
    """One line a leaf, `path.key: value`; lists of named things are keyed by name, other lists keep their order."""
    if isinstance(value, dict) and value:
        for key in sorted(value):
            yield from lines(f"{path}.{key}" if path else str(key), value[key])
    elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        for each in value:
            if isinstance(each.get("name"), str):
                rest = {key: held for key, held in each.items() if key != "name"}
                yield from lines(f"{path}[{each['name']}]", rest)
            else:
                yield f"{path}[]: {shown(each)}"
    else:
        yield f"{path}: {shown(value)}"


def shown(value: Any) -> str:
    """A value in one line of limited length; two that differ are shown differently."""
    text = value if isinstance(value, str) else msgspec.json.encode(value, order="sorted").decode()
    line = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    if len(line) <= TEXT_MAX:
        return line
    return f"{line[: TEXT_MAX // 2]}… ({len(text)} characters, sha256 {digest(text)})"


def digest(text: str, salt: str = "") -> str:
    """What stands for a text that must not be shown or is too long to be."""
    return hashlib.sha256(f"{salt}\0{text}".encode()).hexdigest()[:16]
