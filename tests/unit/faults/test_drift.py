from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.damage.fields import read, write
from harness.faults.drift import Drift, changes
from harness.model.errors import BadInput
from harness.model.patch import merge
from harness.model.units import Ref

WEB = {
    "metadata": {"name": "web"},
    "spec": {
        "replicas": 3,
        "template": {"spec": {"containers": [{"name": "web", "env": [{"name": "A", "value": "1"}]}]}},
    },
}

_words = st.sampled_from(["a", "b", "c"])
_scalars = st.one_of(st.integers(0, 2), _words, st.booleans())


def _trees(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Objects as Kubernetes has them: mappings, and lists of things that each have a name of their own."""
    return st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.dictionaries(_words, inner, max_size=3),
            st.lists(st.tuples(_words, inner), min_size=1, max_size=3, unique_by=lambda pair: pair[0]).map(
                lambda pairs: [{"name": name, "value": value} for name, value in pairs]
            ),
        ),
        max_leaves=6,
    )


_documents = st.dictionaries(_words, _trees(_scalars), max_size=3)


def _applied(document: Any, patch: Any) -> tuple[Any, Any]:
    """The document after the changes, and after they were put back."""
    changed = copy.deepcopy(document)
    sets = [(path, read(document, path), value) for path, value in changes(document, patch)]
    for path, _, after in sets:
        write(changed, path, copy.deepcopy(after))
    back = copy.deepcopy(changed)
    for path, before, _ in reversed(sets):
        write(back, path, before)
    return changed, back


@given(_documents, _documents)
def test_the_changes_are_those_of_the_patch_and_go_back_without_a_trace(document: Any, patch: Any) -> None:
    """What drift sets field by field is what the strategic merge patch means, and its undo is exact."""
    changed, back = _applied(document, patch)
    assert changed == merge(document, patch)
    assert back == document


def test_a_patch_names_only_what_differs() -> None:
    """A value that is there already is no drift, so it is neither set nor put back."""
    patch = {
        "spec": {
            "replicas": 3,
            "template": {"spec": {"containers": [{"name": "web", "env": [{"name": "A", "value": "2"}]}]}},
        }
    }
    path = ("spec", "template", "spec", "containers", "[name=web]", "env", "[name=A]", "value")
    assert list(changes(WEB, patch)) == [(path, "2")]


def test_null_removes_what_is_there_and_nothing_else() -> None:
    """Null stands for absent, on both sides."""
    assert list(changes(WEB, {"spec": {"replicas": None, "paused": None}})) == [(("spec", "replicas"), None)]


def test_what_lacks_is_added_whole() -> None:
    """A mapping that was not there is put back by removing it, not by leaving it empty."""
    _, back = _applied(WEB, {"spec": {"template": {"metadata": {"annotations": {"hand": "edited", "no": None}}}}})
    assert list(changes(WEB, {"metadata": {"labels": {"a": "b"}}})) == [(("metadata", "labels"), {"a": "b"})]
    assert back == WEB


@pytest.mark.parametrize(
    ("of", "wanted"),
    [
        ("node/node-0", {"spec": {"unschedulable": True}}),
        ("deployment/web", {}),
        ("deployment/web", {"status": {"replicas": 1}}),
        ("secret/db", {"stringData": {"password": "x"}}),
        ("deployment/web", {"metadata": {"finalizers": ["x"]}}),
        ("deployment/web", {"metadata": "x"}),
    ],
)
def test_what_is_not_declared_in_the_namespace_is_refused_at_load(of: str, wanted: dict[str, Any]) -> None:
    """Nodes, status, and metadata beyond labels and annotations are no drift."""
    with pytest.raises(BadInput, match="accepted"):
        Drift(of=Ref(of), set=wanted)
