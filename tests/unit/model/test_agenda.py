"""What the agenda promises: every round once and in time, what is due together together, and honest numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from timelines import pod_delete, scenario

from harness.faults.pod_delete import PodDelete
from harness.model.agenda import Agenda, most_at_once, rounds_of, title
from harness.model.units import Seconds


@st.composite
def faults(draw: st.DrawFn) -> PodDelete:
    """A fault with any time that loads."""
    every = draw(st.none() | st.integers(2, 9))
    lasts = draw(st.none() | st.integers(0, (every or 9) - 1))
    return pod_delete(
        after=draw(st.integers(0, 9)),
        lasts=None if lasts is None else Seconds(lasts),
        every=None if every is None else Seconds(every),
        times=None if every is None else draw(st.integers(2, 4)),
    )


@given(wanted=st.lists(faults(), min_size=1, max_size=4), begin=st.floats(0, 100), late=st.integers(0, 3))
def test_every_round_is_injected_once_and_undone_once_in_the_order_of_time(
    wanted: list[PodDelete], begin: float, late: int
) -> None:
    """However late each undo is asked for, time never runs back and no round is lost, doubled or torn from its time."""
    composed = scenario(faults=wanted)
    rounds = rounds_of(composed)
    injected: list[int] = []
    undone: list[int] = []
    agenda, now = Agenda(composed, begin), begin
    while agenda.next is not None:
        due = agenda.next
        deeds = agenda.take()
        assert {begin + rounds[index].due for index in deeds.inject} <= {due}
        assert set(deeds.undo) <= set(injected), "nothing is undone before it was done"
        now = max(now, due)
        injected += deeds.inject
        undone += deeds.undo
        for index in deeds.inject:
            if (lasts := agenda.lasts(index)) is not None:
                agenda.undo_at(now + late + lasts, index)
    assert sorted(injected) == [each.index for each in rounds]
    assert sorted(undone) == [each.index for each in rounds if wanted[each.fault].lasts is not None]


@given(wanted=st.lists(faults(), min_size=1, max_size=4))
def test_the_most_that_is_open_at_once_is_what_the_agenda_opens(wanted: list[PodDelete]) -> None:
    """What the guard foresees is what a punctual run would come to: without `for` a fault is open to the end."""
    composed = scenario(faults=wanted)
    agenda, opened, most = Agenda(composed, 0.0), set[int](), 0
    while (now := agenda.next) is not None:
        deeds = agenda.take()
        opened = (opened - set(deeds.undo)) | set(deeds.inject)
        most = max(most, len(opened))
        for index in deeds.inject:
            if (lasts := agenda.lasts(index)) is not None:
                agenda.undo_at(now + lasts, index)
    assert most_at_once(composed) == most


def test_rounds_are_counted_fault_by_fault_and_named_with_their_number() -> None:
    """The first fault without rounds has index 0, so that timelines of one fault each read as ever."""
    composed = scenario(faults=[pod_delete(every=Seconds(2), times=2), pod_delete(after=1.0)])
    assert [(each.index, each.fault, each.due) for each in rounds_of(composed)] == [
        (0, 0, 0.0),
        (1, 0, 2.0),
        (2, 1, 1.0),
    ]
    titles = [title(composed, each) for each in rounds_of(composed)]
    assert titles == [
        "fault 1 (pod-delete), round 1 of 2",
        "fault 1 (pod-delete), round 2 of 2",
        "fault 2 (pod-delete)",
    ]


def test_what_is_due_together_is_taken_together() -> None:
    """Faults of one moment come in one batch, those of the next do not, however late it is."""
    agenda = Agenda(scenario(faults=[pod_delete(1.0), pod_delete(2.0), pod_delete(1.0)]), 10.0)
    assert agenda.next == 11.0
    assert agenda.take().inject == [0, 2]
    agenda.undo_at(12.0, 0)
    assert agenda.take() == ([0], [1])
    assert agenda.next is None
