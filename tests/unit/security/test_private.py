"""Files that hold credentials, or what an undo needs of them, are their owner's alone, whatever was there before."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.journal import Journal
from harness.machine.paths import state_dir
from harness.model.cluster import ClusterRecord
from harness.providers.kubeconfig_file import extract
from harness.residue.snapshot import Snapshot, save

RECORD = ClusterRecord(name="c", provider="kwok", shape="default", kubeconfig="k", context="c")


@pytest.fixture(autouse=True)
def careless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A user whose new files everybody may read and write."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_journal_is_its_owners_alone() -> None:
    """0600 in a folder of 0700, although the user's mask forbids nothing."""
    journal = Journal.begin(run="r", scenario="s", cluster=RECORD)
    journal.intend("secret-deleted", {"manifest": {"data": {"word": "x"}}})
    assert mode(journal.path) == 0o600
    assert mode(journal.path.parent) == 0o700
    journal.close()


def test_a_state_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    """One that somebody made beforehand is no way around."""
    (tmp_path / "healproof").mkdir(mode=0o755)
    assert mode(state_dir()) == 0o700


def test_a_snapshot_over_an_open_file_is_its_owners_alone(tmp_path: Path) -> None:
    """The file's mode is that of what is in it, not of what was."""
    path = tmp_path / "before.json"
    path.touch(mode=0o644)
    save(Snapshot(cluster="c", facts={}), path)
    assert mode(path) == 0o600


def test_a_users_kubeconfig_is_only_read(tmp_path: Path) -> None:
    """Neither its content nor its mode changes when a context is taken out of it."""
    path = tmp_path / "config"
    user = {"name": "u", "user": {"token": "x"}}
    context = {"name": "c", "context": {"cluster": "c", "user": "u"}}
    clusters = [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}]
    path.write_text(json.dumps({"contexts": [context], "clusters": clusters, "users": [user]}))
    path.chmod(0o640)
    before = path.read_bytes()
    assert extract((path,), "c")["users"] == [user]
    assert (path.read_bytes(), mode(path)) == (before, 0o640)
