"""What a drawn fault promises: the seed alone draws it, and what was drawn is planned, guarded and told as itself."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from timelines import Story, recovers

from harness.damage.plan import fault_of
from harness.damage.site import Site
from harness.faults.node_drain import NodeDrain
from harness.faults.one_of import OneOf
from harness.faults.pod_delete import PodDelete
from harness.model.picture import Picture
from harness.model.scenario import Reach, Scenario, part_as_data
from harness.model.units import Seconds, Selector

WEB = Selector("app=web")
CHOICES = OneOf.of(PodDelete(select=WEB), PodDelete(select=WEB, grace=Seconds(0)), PodDelete(select=WEB, count=2))


def site(seed: int, notes: list[str]) -> Site:
    """Four pods, and nothing that a plan by the picture alone would need beside them."""
    seen = Picture()
    for entry in Story().baseline().entries:
        seen.see(entry)
    nothing: Any = None
    return Site(
        client=nothing, record=nothing, namespace="hp-web", picture=seen, node_exec=nothing, levers=nothing,
        clock=nothing, random=random.Random(seed), note=notes.append,  # noqa: S311 - the printed seed
    )  # fmt: skip


@given(seed=st.integers(0, 10_000))
def test_the_seed_draws_the_same_fault_and_the_same_pods_again(seed: int) -> None:
    """Two plans by one seed are one, and the note says what was drawn with its fields."""
    notes: list[str] = []
    first, again = (CHOICES.plan(site(seed, notes)) for _ in range(2))
    assert (first.drawn, first.touches) == (again.drawn, again.touches)
    assert notes[0] == notes[1]
    drawn = fault_of(CHOICES, first)
    assert drawn == CHOICES.may_be()[first.drawn or 0]
    assert notes[0].startswith("one-of drew pod-delete select=app=web")
    assert ("count=2" in notes[0]) == (first.drawn == 2)


def test_every_choice_is_drawn_by_some_seed() -> None:
    """None is listed in vain."""
    assert {CHOICES.plan(site(seed, [])).drawn for seed in range(40)} == {0, 1, 2}


def test_a_scenario_needs_and_reaches_what_any_choice_does() -> None:
    """It must be ready for each of them: one that may drain a node holds its cluster alone."""
    may_drain = OneOf.of(PodDelete(select=WEB), NodeDrain(hosting=WEB))
    assert OneOf.reach is Reach.NAMESPACE
    for fault, alone in ((CHOICES, False), (may_drain, True)):
        wanted = Scenario(name="x", why="y", manifests=[], faults=[fault], expect=[recovers()])
        assert wanted.alone is alone


def test_a_choice_says_no_time_of_its_own() -> None:
    """When and how long is the choice's own; what Python gave a fault beside it is left out."""
    fields = part_as_data(OneOf.of(PodDelete(select=WEB, after=Seconds(2)), PodDelete(select=WEB)))["one-of"]
    assert all("after" not in each["pod-delete"] for each in fields["choices"])
