"""What awaited anchors promise: whichever change shows one ends the wait for it, and nothing else does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.model.anchors import Awaited, reached
from harness.model.objects import Event, InvolvedObject, ObjectMeta, Pod
from harness.model.timeline import Anchor, Change

NAMES = ("web-1", "web-2", "other")
TEXTS = ("x", "y")


def anchors(kind: str, resource: str, **fields: st.SearchStrategy[str]) -> st.SearchStrategy[Anchor]:
    return st.builds(Anchor, kind=st.just(kind), resource=st.just(resource), name=st.sampled_from(NAMES), **fields)


ANCHORS = st.one_of(
    anchors("pod-gone", "pods", uid=st.just("a")),
    anchors("pod-new", "pods"),
    anchors("event", "events", text=st.sampled_from(TEXTS)),
)
PODS = st.builds(
    lambda name, uid, op: Change(t=1.0, op=op, resource="pods", object=Pod(metadata=ObjectMeta(name=name, uid=uid))),
    st.sampled_from(NAMES),
    st.sampled_from(("a", "b")),
    st.sampled_from(("added", "modified", "deleted")),
)
EVENTS = st.builds(
    lambda name, text: Change(
        t=1.0,
        op="added",
        resource="events",
        object=Event(metadata=ObjectMeta(name="e"), involved_object=InvolvedObject(name=name), message=text),
    ),
    st.sampled_from(NAMES),
    st.sampled_from(TEXTS),
)


@given(st.lists(ANCHORS, max_size=6), st.lists(PODS | EVENTS, max_size=12))
def test_awaited_is_what_no_change_has_reached(wanted: list[Anchor], changes: list[Change]) -> None:
    """Keeping them by name finds what holding every anchor against every change finds."""
    awaited, left = Awaited(wanted), list(wanted)
    for change in changes:
        shown = [anchor for anchor in left if reached(anchor, change)]
        assert sorted(map(repr, awaited.shown_by(change))) == sorted(map(repr, shown))
        left = [anchor for anchor in left if not reached(anchor, change)]
        assert bool(awaited) == bool(left)
