"""What the promise `restored` means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from timelines import Story

from harness.expect.restored import Restored
from harness.model.state import EXISTS
from harness.model.timeline import State
from harness.model.verdict import Finding, Outcome

from .said import finding, measures

Facts = dict[str, list[str]]
WEB: Facts = {"deployment.apps hp/web": [EXISTS, "spec.replicas: 3"], "pods of Deployment hp/web": ["3 pods"]}
FACTS = st.dictionaries(
    st.sampled_from("abc"), st.lists(st.sampled_from("xyz"), max_size=3).map(lambda x: [EXISTS, *x])
)


def found(before: Facts | None, after: Facts | None) -> Finding:
    """What is said of a namespace that was seen so, before the fault and after all was undone."""
    story = Story().baseline()
    inject = story.entries.pop()
    if before is not None:
        story.at(2.9).say(State(t=2.9, when="before", facts=before))
    story.at(3.0).say(inject).at(4.0).kill("web-0").heal("web-0", "web-9", 5.5)
    if after is not None:
        story.at(9.0).say(State(t=9.0, when="after", facts=after))
    return finding(Restored(), story.end(10))


def test_the_same_state_is_restored() -> None:
    """Nothing came, nothing went, nothing is different."""
    told = found(WEB, WEB)
    assert (told.outcome, told.at) == (Outcome.PASSED, 9.0)
    assert measures(told) == {"differences": (0, 0, False)}


def test_each_difference_is_named() -> None:
    """What changed, what is new and what is gone, each with its object."""
    after = {"deployment.apps hp/web": [EXISTS, "spec.replicas: 2"], "configmap hp/left": [EXISTS, "data.a: b"]}
    told = found(WEB, after)
    assert told.outcome is Outcome.FAILED
    assert told.difference.splitlines() == [
        "configmap hp/left: appeared",
        "deployment.apps hp/web: appeared: spec.replicas: 2; vanished: spec.replicas: 3",
        "pods of Deployment hp/web: vanished: 3 pods",
    ]
    assert measures(told) == {"differences": (3, 0, False)}


def test_of_many_differences_some_are_shown_and_all_are_counted() -> None:
    """The explanation stays readable."""
    told = found(WEB, WEB | {f"configmap hp/{number}": [EXISTS] for number in range(20)})
    assert told.difference.splitlines()[-1] == "and 12 more"
    assert measures(told) == {"differences": (20, 0, False)}


@pytest.mark.parametrize(("before", "after"), [(None, None), (WEB, None), (None, WEB)])
def test_a_look_that_is_missing_leaves_it_undecided(before: Facts | None, after: Facts | None) -> None:
    """One state alone says nothing, and silence is not sameness."""
    assert found(before, after).outcome is Outcome.INCONCLUSIVE


def test_a_namespace_that_may_not_be_read_leaves_it_undecided() -> None:
    """Being refused twice in the same way proves nothing."""
    refused = {"all of secret": ["not listed: 403 Forbidden"]}
    assert found(refused, refused).outcome is Outcome.INCONCLUSIVE


@given(FACTS, FACTS)
def test_it_passes_only_for_equal_states(before: Facts, after: Facts) -> None:
    """Whatever the states are, up to the order of their facts."""
    same = {k: sorted(v) for k, v in before.items()} == {k: sorted(v) for k, v in after.items()}
    wanted = (Outcome.PASSED if same else Outcome.FAILED) if before else Outcome.INCONCLUSIVE
    assert found(before, after).outcome is wanted
