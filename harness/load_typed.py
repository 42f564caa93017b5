"""Data from a file as typed values, with an error for each field that is wrong. Knows types, not what they mean."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

import msgspec
from msgspec import inspect

from harness.load_yaml import Document, Problem, Trail
from harness.model.errors import HealproofError
from harness.model.units import Token, decode_token

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

_SHOWN_CHARACTERS_MAX = 80


class Place:
    """A place in a document: its value, how to get deeper, and where to say what is wrong with it."""

    def __init__(self, path: Path, document: Document, problems: list[Problem]) -> None:
        self.path = path
        self.value: Any = document.data
        self.problems = problems
        self._document = document
        self._trail: Trail = ()

    def at(self, *keys: str | int) -> Place:
        """The place below this one; raises KeyError or IndexError where there is none."""
        place = Place(self.path, self._document, self.problems)
        place._trail = (*self._trail, *keys)
        place.value = self.value
        for key in keys:
            place.value = place.value[key]
        return place

    def items(self) -> list[Place]:
        """The places of a list's items; none where the value is no list."""
        return [self.at(index) for index in range(len(self.value))] if isinstance(self.value, list) else []

    def entries(self) -> dict[str, Place]:
        """The places of a mapping's values; none where the value is no mapping."""
        return {key: self.at(key) for key in self.value} if isinstance(self.value, dict) else {}

    @property
    def label(self) -> str:
        """The place as its author would point at it: `faults[0].pod-delete.count`."""
        words = "".join(f"[{key}]" if isinstance(key, int) else f".{_short(key)}" for key in self._trail)
        return f"`{words.removeprefix('.')}`" if words else "the document"

    def refuse(self, wrong: str, accepted: str) -> None:
        """Note what is wrong here."""
        self.problems.append(
            Problem(self.path, self._document.line(self._trail), _one_line(wrong), _one_line(accepted))
        )

    def refuse_value(self, accepted: str) -> None:
        """Note that the value itself cannot stand here."""
        self.refuse(f"{self.label} cannot be {shown(self.value)}", accepted)


def convert(place: Place, wanted: type[T]) -> T | None:
    """The value as `wanted`; None where it was refused, with a problem noted for each part that is wrong."""
    before = len(place.problems)
    inner = wanted if place.value is None else _without_frills(wanted)
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
        return cast("T | None", _convert_struct(place, inner))
    _convert_parts(place, inner)
    if len(place.problems) > before:
        return None
    try:
        return msgspec.convert(place.value, wanted, dec_hook=decode_token)
    except (msgspec.ValidationError, ValueError):
        place.refuse_value(describe(wanted))
        return None


def describe(wanted: Any) -> str:
    """What a type accepts, in words."""
    return _describe(inspect.type_info(wanted))


def nearest(word: str, known: Iterable[str]) -> str:
    """` (did you mean …?)`, or nothing where no known word is near."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean `{near[0]}`?)" if near else ""


def listed(words: Iterable[str]) -> str:
    """Words with commas between them."""
    return ", ".join(words) or "none"


def shown(value: object) -> str:
    """A value for an error message: short, and on one line."""
    if value is None:
        return "empty"
    if isinstance(value, dict | list):
        noun = "mapping" if isinstance(value, dict) else "list"
        return f"a {noun} of {len(value)}"
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS_MAX else f"{text[:_SHOWN_CHARACTERS_MAX]}…"


def _convert_struct(place: Place, wanted: type[S]) -> S | None:
    fields = {field.encode_name: field for field in msgspec.structs.fields(wanted)}
    entries = place.entries()
    if not isinstance(place.value, dict):
        place.refuse_value(f"a mapping with the keys {listed(fields)}")
        return None
    before = len(place.problems)
    if wanted.__struct_config__.forbid_unknown_fields:
        for key, entry in entries.items():
            if key not in fields:
                entry.refuse(f"unknown key `{_short(key)}`{nearest(key, fields)}", listed(fields) or "no keys")
    for key, field in fields.items():
        if field.required and key not in entries:
            place.refuse(f"{place.label} lacks `{key}`", f"`{key}`: {describe(field.type)}")
    values = {field.name: convert(entries[key], field.type) for key, field in fields.items() if key in entries}
    if len(place.problems) > before:
        return None
    try:
        return wanted(**values)
    except (ValueError, TypeError, HealproofError) as error:  # what a class says about its fields together
        place.refuse(f"{place.label}: {error}", f"the keys {listed(fields)}, in agreement")
        return None


def _convert_parts(place: Place, wanted: Any) -> None:
    """Note what is wrong inside a list or a mapping, each part with its own line."""
    arguments = get_args(wanted)
    if get_origin(wanted) is list:
        for item in place.items():
            convert(item, arguments[0])
    elif get_origin(wanted) is dict:
        for key, entry in place.entries().items():
            try:
                msgspec.convert(key, arguments[0], dec_hook=decode_token)
            except (msgspec.ValidationError, ValueError):
                entry.refuse(f"key {shown(key)}", describe(arguments[0]))
            convert(entry, arguments[1])


def _without_frills(wanted: Any) -> Any:
    """The type without its annotations and without None, which the outer conversion takes care of."""
    if get_origin(wanted) is Annotated:
        return _without_frills(get_args(wanted)[0])
    if get_origin(wanted) in (Union, types.UnionType):
        rest = [option for option in get_args(wanted) if option is not type(None)]
        return _without_frills(rest[0]) if len(rest) == 1 else wanted
    return wanted


def _describe(kind: inspect.Type) -> str:  # noqa: C901, PLR0911 - one case for each kind of type
    match kind:
        case inspect.Metadata():
            return str((kind.extra or {}).get("accepted") or _describe(kind.type))
        case inspect.CustomType():
            return kind.cls.accepted if issubclass(kind.cls, Token) else kind.cls.__name__
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            return _describe_number(kind)
        case inspect.StrType():
            return f"text that matches {kind.pattern}" if kind.pattern else "text"
        case inspect.EnumType():
            return "one of " + listed(str(member.value) for member in kind.cls)
        case inspect.LiteralType():
            return "one of " + listed(str(value) for value in kind.values)
        case inspect.ListType():
            return f"a list of {'at least one: ' if kind.min_length else ''}{_describe(kind.item_type)}"
        case inspect.DictType():
            return f"a mapping of {_describe(kind.key_type)} to {_describe(kind.value_type)}"
        case inspect.StructType():
            return f"a mapping with the keys {listed(field.encode_name for field in kind.fields)}"
        case inspect.UnionType():
            return " or ".join(_describe(t) for t in kind.types if not isinstance(t, inspect.NoneType))
        case _:
            return type(kind).__name__.removesuffix("Type").lower()


def _describe_number(kind: inspect.IntType | inspect.FloatType) -> str:
    bounds = ((kind.ge, "at least"), (kind.gt, "above"), (kind.le, "at most"), (kind.lt, "below"))
    words = " and ".join(f"{word} {bound}" for bound, word in bounds if bound is not None)
    noun = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
    return f"{noun} of {words}" if words else noun


def _short(text: str) -> str:
    return _one_line(text)[:_SHOWN_CHARACTERS_MAX]


def _one_line(text: str) -> str:
    return " ".join(text.split())
