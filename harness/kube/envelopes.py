"""What the API server wraps objects in: pages of a list, events of a watch, and how they end. Knows no resource."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from harness.model.objects import Lean, ObjectMeta


class Plain(Lean, frozen=True):
    """An object of which only its metadata is wanted."""

    metadata: ObjectMeta = ObjectMeta()


class ListMeta(Lean, frozen=True):
    """Where a page stands in its list."""

    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")


_T = TypeVar("_T")


class Page(msgspec.Struct, Generic[_T]):
    """One page of a list."""

    metadata: ListMeta
    items: list[_T]


class Event(msgspec.Struct):
    """One event of a watch, its object not yet decoded."""

    type: str
    object: msgspec.Raw


class _Failure(Lean, frozen=True):
    code: int = 0
    reason: str = ""
    message: str = ""


# made before any thread decodes: two threads that meet a type for the first time crash msgspec 0.22
decode_plain: Callable[[msgspec.Raw], Plain] = msgspec.json.Decoder(Plain).decode
decode_failure: Callable[[msgspec.Raw], _Failure] = msgspec.json.Decoder(_Failure).decode
