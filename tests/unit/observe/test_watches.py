"""Observations become entries that read back as they were."""

from __future__ import annotations

import pytest

from harness.kube.informer import Missed, Observed, Trouble
from harness.model.objects import LEAN_TYPES, Node, NodeSpec, ObjectMeta, Pod
from harness.model.timeline import Broken, Change, Gap, decode_entry, encode_entry
from harness.observe.watches import WATCHED, entry_of


def test_a_change_survives_the_file() -> None:
    """An object that a watch delivered is the same object after it was written and read."""
    for resource, thing in (
        ("pods", Pod(metadata=ObjectMeta(name="web-1", uid="u", deletion_timestamp="2026-11-22T00:00:00Z"))),
        ("nodes", Node(spec=NodeSpec(unschedulable=True))),
    ):
        entry = entry_of(Observed(12.0, "modified", resource, thing), 2.0)
        assert decode_entry(encode_entry(entry)) == Change(t=2.0, op="modified", resource=resource, object=thing)


def test_a_gap_keeps_how_long_nothing_was_known() -> None:
    """Both ends of a gap are on the timeline's clock."""
    entry = entry_of(Observed(112.0, "gap", "pods", Missed(110.5, "too old")), 12.0)
    assert isinstance(entry, Gap)
    assert (entry.t, entry.since, entry.reason) == (12.0, pytest.approx(10.5), "too old")


def test_a_watch_in_trouble_breaks_the_timeline() -> None:
    """What a watch cannot restore makes every verdict doubtful, and says which watch."""
    entry = entry_of(Observed(1.0, "broken", "pods", Trouble("no answer")), 1.0)
    assert entry == Broken(t=1.0, source="watch pods", text="no answer", passing=True)


def test_all_that_is_watched_can_be_read_back() -> None:
    """The timeline's reader knows the type of every resource that is recorded."""
    assert set(WATCHED) <= set(LEAN_TYPES)
