"""Structured data as comparable lines."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.residue.plain import TEXT_MAX, lines, shown

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=300)
NAMES = st.text("abc", min_size=1, max_size=2)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(NAMES, TREES), st.dictionaries(NAMES, TREES))
def test_trees_have_the_same_lines_only_where_they_are_the_same(one: Any, other: Any) -> None:
    """No change of a value, key or order of a plain list is lost."""
    if list(lines("", one)) == list(lines("", other)):
        assert as_json(one) == as_json(other)


@given(TREES)
def test_a_value_is_one_short_line(value: Any) -> None:
    """Neither a line break nor a long text gets into the words of a difference."""
    line = shown(value)
    assert "\n" not in line
    assert len(line) <= TEXT_MAX + 60


def test_named_things_are_told_by_name_and_not_by_place() -> None:
    """A container put first does not make all others differ."""
    web, side = {"name": "web", "image": "a"}, {"name": "side", "image": "b"}
    before = set(lines("containers", [web]))
    assert set(lines("containers", [side, web])) - before == {"containers[side].image: b"}


def test_long_values_that_differ_at_their_end_differ() -> None:
    """What is cut off is known by its digest."""
    assert shown("x" * 500 + "a") != shown("x" * 500 + "b")


def as_json(value: Any) -> str:
    return repr(sort(value))


def sort(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((key, sort(held)) for key, held in value.items())
    return [sort(each) for each in value] if isinstance(value, list) else value
