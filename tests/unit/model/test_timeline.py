"""What the timeline promises: an entry read back is the entry that was written."""

from __future__ import annotations

import msgspec
import pytest
from drawn import runs
from hypothesis import given, settings
from hypothesis import strategies as st
from timelines import a_pod

from harness.model.scenario import Scenario
from harness.model.timeline import AnyEntry, Broken, Change, Evidence, Note, decode_entry, encode_entry

Text = st.text()
Time = st.floats(0, 1e6)
Entries = st.one_of(
    st.builds(Note, t=Time, source=Text, text=Text),
    st.builds(Broken, t=Time, source=Text, text=Text),
    st.builds(Evidence, t=Time, index=st.integers(0, 9), source=Text, seen=Text, bit=st.booleans()),
    st.builds(
        Change,
        t=Time,
        op=st.sampled_from(["listed", "added", "modified", "deleted"]),
        resource=st.just("pods"),
        object=st.builds(
            a_pod,
            Text,
            ready=st.booleans(),
            owner=Text,
            uid=Text,
            terminating=st.booleans(),
            restarts=st.integers(0, 99),
            waiting=Text,
        ),
    ),
)


@settings(max_examples=60)
@given(run=runs())
def test_a_run_survives_the_file(run: tuple[Scenario, list[AnyEntry]]) -> None:
    """Every entry of a run is the same after encoding and decoding, and is one line."""
    for entry in run[1]:
        line = encode_entry(entry)
        assert b"\n" not in line
        assert decode_entry(line) == entry


@settings(max_examples=60)
@given(entry=Entries)
def test_any_text_survives_the_file(entry: AnyEntry) -> None:
    """Whatever a cluster says, quotes and newlines and all, is read back as it was."""
    assert decode_entry(encode_entry(entry)) == entry


@pytest.mark.parametrize("line", [b"", b"{}", b'{"entry": "nothing", "t": 1}', b'{"entry": "phase", "t": "soon"}'])
def test_what_is_no_entry_is_refused(line: bytes) -> None:
    """A line that is not an entry raises, with what is wrong with it."""
    with pytest.raises(msgspec.DecodeError):
        decode_entry(line)
