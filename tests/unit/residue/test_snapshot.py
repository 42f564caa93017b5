"""Snapshots on disk."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.errors import BadInput
from harness.residue.snapshot import Snapshot, load, save


@given(facts=st.dictionaries(st.text(), st.lists(st.text())))
def test_what_was_saved_is_what_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, facts: dict[str, list[str]]
) -> None:
    """A snapshot outlives the process that took it, and only its owner can read it."""
    path = tmp_path_factory.mktemp("saved") / "snapshot.json"
    taken = Snapshot(cluster="demo", facts=facts)
    save(taken, path)
    assert load(path) == taken
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content", [None, b"", b"{}", b'{"version": "healproof/residue/v9", "cluster": "a", "facts": {}}']
)
def test_a_file_that_is_no_snapshot_is_bad_input(tmp_path: Path, content: bytes | None) -> None:
    """Missing, cut off, another's, or a later version's: said with the file's name."""
    path = tmp_path / "snapshot.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=r"snapshot\.json"):
        load(path)
