"""Reading and writing one field of a Kubernetes object by its path. Plain data in, plain data out.

A path is a list of keys. `[name=web]` is the element of a list whose `name` is `web`, `[=x]` the element `x` itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.model.errors import InjectionFailed

Path = Sequence[str]


def read(document: Any, path: Path) -> Any:
    """The value at a path, or None where anything on the way is absent."""
    for key in path:
        document = _child(document, key)
        if document is None:
            return None
    return document


def write(document: Any, path: Path, value: Any) -> None:
    """Set the value at a path; None removes it. What lacks on the way is made, and nothing is made for a removal."""
    *way, last = path
    for depth, key in enumerate(way):
        following = _child(document, key)
        if following is None:
            if value is None:
                return
            following = [] if path[depth + 1].startswith("[") else _named(key)
            _put(document, key, following)
        document = following
    _put(document, last, value)


def first_absent(document: Any, path: Path) -> Path:
    """The part of a path up to the first thing that is not there, or all of it."""
    for length in range(1, len(path)):
        if read(document, path[:length]) is None:
            return path[:length]
    return path


def _child(document: Any, key: str) -> Any:
    if not key.startswith("["):
        return document.get(key) if isinstance(document, dict) else None
    position = _position(document, key)
    return None if position is None else document[position]


def _put(document: Any, key: str, value: Any) -> None:
    if key.startswith("["):
        _put_element(document, key, value)
    elif not isinstance(document, dict):
        raise InjectionFailed(f"{key}: there is no object to hold it")
    elif value is None:
        document.pop(key, None)
    else:
        document[key] = value


def _put_element(document: Any, key: str, value: Any) -> None:
    if not isinstance(document, list):
        raise InjectionFailed(f"{key}: there is no list to hold it")
    position = _position(document, key)
    if position is None:
        if value is not None:
            document.append(value)
    elif value is None:
        del document[position]
    else:
        document[position] = value


def _named(key: str) -> dict[str, str]:
    """A new object; as the element of a list it begins with the name by which it is found."""
    field, _, wanted = key[1:-1].partition("=") if key.startswith("[") else ("", "", "")
    return {field: wanted} if field else {}


def _position(document: Any, key: str) -> int | None:
    field, _, wanted = key[1:-1].partition("=")
    for position, element in enumerate(document if isinstance(document, list) else []):
        found = element if not field else element.get(field) if isinstance(element, dict) else None
        if found is not None and str(found) == wanted:
            return position
    return None
