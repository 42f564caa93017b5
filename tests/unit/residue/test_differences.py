"""What two snapshots do not have in common."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.errors import BadInput
from harness.residue.differences import Difference, differences
from harness.residue.snapshot import Snapshot

FACTS = st.dictionaries(
    st.sampled_from(["node one: tc", "configmap a/b", "down"]), st.lists(st.sampled_from("abc"), max_size=4)
)


def snapshot(facts: dict[str, list[str]], cluster: str = "demo", namespace: str | None = None) -> Snapshot:
    return Snapshot(cluster=cluster, namespace=namespace, facts=facts)


@given(FACTS, FACTS)
def test_every_fact_counts_as_often_as_it_is_there(before: dict[str, list[str]], after: dict[str, list[str]]) -> None:
    """What was, less what vanished, plus what appeared, is what is."""
    found = {each.subject: each for each in differences(snapshot(before), snapshot(after))}
    for subject in {*before, *after}:
        told = found.get(subject, Difference(subject=subject))
        assert sorted(before.get(subject, []) + told.appeared) == sorted(after.get(subject, []) + told.vanished)
    assert all(each.appeared or each.vanished for each in found.values())


@given(FACTS, FACTS)
def test_looked_at_backwards_what_appeared_has_vanished(
    before: dict[str, list[str]], after: dict[str, list[str]]
) -> None:
    """Nothing is told in one direction only, and nothing of a state compared with itself."""
    there, back = differences(snapshot(before), snapshot(after)), differences(snapshot(after), snapshot(before))
    assert [(e.subject, e.appeared, e.vanished) for e in there] == [(e.subject, e.vanished, e.appeared) for e in back]
    assert differences(snapshot(before), snapshot(before)) == []


def test_differences_are_told_in_words() -> None:
    """The subject, then what appeared and what vanished; an object that came or went needs no more."""
    before = snapshot({"node one: tc": ["noqueue"], "secret a/b": ["exists", "type: Opaque"]})
    after = snapshot({"node one: tc": ["tbf"], "configmap a/b": ["exists", "data.x: y"]})
    assert [str(each) for each in differences(before, after)] == [
        "configmap a/b: appeared",
        "node one: tc: appeared: tbf; vanished: noqueue",
        "secret a/b: vanished",
    ]


def test_of_many_facts_a_few_are_shown() -> None:
    """All are in the data, the words stay short."""
    told = Difference(subject="node one: files", appeared=[f"/f{number}" for number in range(9)])
    assert str(told).endswith("/f5 and 3 more")


def test_a_node_that_could_not_be_entered_hides_what_was_not_seen() -> None:
    """Its mounts and rules have not vanished; another node whose name begins alike is judged as ever."""
    before = snapshot({"node one: tc": ["noqueue"], "node one: mounts": ["/"], "node one2: tc": ["noqueue"]})
    after = snapshot({"node one: entry": ["cannot be entered"], "node one2: tc": ["tbf"]})
    assert [str(each) for each in differences(before, after)] == [
        "node one2: tc: appeared: tbf; vanished: noqueue",
        "node one: entry: appeared: cannot be entered",
    ]


@pytest.mark.parametrize("other", [snapshot({}, cluster="other"), snapshot({}, namespace="a")])
def test_only_snapshots_of_the_same_thing_are_compared(other: Snapshot) -> None:
    """Everything would differ, and nothing would be said by that."""
    with pytest.raises(BadInput, match="cannot be compared"):
        differences(snapshot({}), other)
