from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.damage.edit import sets_of
from harness.damage.fields import read, write
from harness.model.errors import InjectionFailed

KEYS = st.sampled_from(["a", "b", "c"])
NAMES = st.sampled_from(["x", "y", "z"])
LEAVES = st.integers(0, 9) | st.text(alphabet="pq", max_size=3) | st.booleans()
NAMED = st.lists(
    st.builds(lambda name, more: {"name": name, **more}, NAMES, st.dictionaries(KEYS, LEAVES, max_size=2)),
    unique_by=lambda element: element["name"],
    max_size=3,
)
DOCUMENTS = st.dictionaries(KEYS, LEAVES | st.dictionaries(KEYS, LEAVES, max_size=3) | NAMED, max_size=3)


@st.composite
def paths(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    """A document, and a path that its shape allows."""
    document: dict[str, Any] = draw(DOCUMENTS)
    first = draw(KEYS)
    below = document.get(first)
    if isinstance(below, list):
        deeper = draw(st.sampled_from([[], ["a"]]))
        return document, [first, f"[name={draw(NAMES)}]", *deeper]
    if isinstance(below, dict):
        return document, [first, *draw(st.sampled_from([[], [draw(KEYS)]]))]
    return document, [first]


@given(paths(), LEAVES)
def test_what_was_written_is_read(drawn: tuple[dict[str, Any], list[str]], value: object) -> None:
    """A field has the value that it was given, wherever it is."""
    document, path = drawn
    if path[-1].startswith("["):
        value = {"name": path[-1][6:-1], "v": value}
    write(document, path, value)
    assert read(document, path) == value


@given(paths(), LEAVES)
def test_the_value_before_puts_the_field_back(drawn: tuple[dict[str, Any], list[str]], value: object) -> None:
    """Writing what was read before restores every field that was there, and removes one that was not."""
    document, path = drawn
    before, original = read(document, path), copy.deepcopy(document)
    if path[-1].startswith("["):
        value = {"name": path[-1][6:-1], "v": value}
    write(document, path, value)
    write(document, path, before)
    assert read(document, path) == before
    if before is not None:
        assert document == original
    for _ in range(2):
        write(document, path, before)
        assert read(document, path) == before


@given(paths())
def test_removing_what_is_not_there_makes_nothing(drawn: tuple[dict[str, Any], list[str]]) -> None:
    """A removal never creates what lacks on the way."""
    document, path = drawn
    write(document, path, None)
    before = copy.deepcopy(document)
    write(document, path, None)
    assert document == before


def test_an_element_of_a_list_is_found_by_its_value() -> None:
    """Finalizers are plain strings: `[=x]` is the element x itself."""
    document: dict[str, Any] = {"metadata": {}}
    write(document, ["metadata", "finalizers", "[=healproof.dev/stuck]"], "healproof.dev/stuck")
    assert document == {"metadata": {"finalizers": ["healproof.dev/stuck"]}}
    write(document, ["metadata", "finalizers", "[=healproof.dev/stuck]"], None)
    assert document["metadata"]["finalizers"] == []


def test_a_path_that_does_not_fit_is_refused() -> None:
    """A field of something that is no object, and an element of something that is no list, are no silent no-ops."""
    with pytest.raises(InjectionFailed, match="no object"):
        write({"a": 1}, ["a", "b"], 2)
    with pytest.raises(InjectionFailed, match="no list"):
        write({"a": {"b": 1}}, ["a", "[name=x]"], {"name": "x"})


@given(paths(), LEAVES)
def test_an_edit_and_its_undo_leave_nothing(drawn: tuple[dict[str, Any], list[str]], value: object) -> None:
    """Not even an empty parent stays: for a pod template that would be another template, and roll out again."""
    document, path = drawn
    if path[-1].startswith("["):
        value = {"name": path[-1][6:-1], "v": value}
    original = copy.deepcopy(document)
    beside = [] if path[-1].startswith("[") or len(path) == 1 else [([*path[:-1], "also"], 1)]
    sets = sets_of(document, [(path, value), *beside])
    assert document == original
    for each in sets:
        write(document, each.path, each.after)
    assert read(document, path) == value
    for each in reversed(sets):
        write(document, each.path, each.before)
    assert document == original
