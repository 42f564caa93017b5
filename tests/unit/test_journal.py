"""What the undo journal promises: whatever dies when, nothing that was done to a cluster is forgotten or done twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.journal import Journal, dead_journals, journal_dir, read
from harness.model.cluster import Capability, ClusterRecord
from harness.model.errors import BadInput, HealproofError

CLUSTER = ClusterRecord(
    name="hp-1", provider="kwok", shape="default", kubeconfig="/k", context="c", capabilities=(Capability.DISPOSABLE,)
)


def begin(folder: Path, scenario: str = "s") -> Journal:
    """A new journal of a run that lives in this process."""
    return Journal.begin(run="r", scenario=scenario, cluster=CLUSTER, folder=folder)


def told(whole: bytes) -> list[int]:
    """The ids still to be undone after these bytes, read without the journal's own code; the latest first."""
    pending: list[int] = []
    for line in whole.split(b"\n")[:-1]:
        entry = json.loads(line)
        if entry["op"] == "intent":
            pending.insert(0, entry["id"])
        elif entry["op"] == "reverted":
            pending.remove(entry["id"])
    return pending


def test_a_line_is_on_disk_before_the_call_returns(tmp_path: Path) -> None:
    """Whoever reads the file after `intend` finds the token and the cluster's address."""
    journal = begin(tmp_path)
    journal.intend("pod-delete", {"namespace": "hp-web"})
    opened, intent = read(journal.path)
    assert opened.cluster == CLUSTER
    assert (intent.what, intent.token) == ("pod-delete", {"namespace": "hp-web"})
    assert journal.path.stat().st_mode & 0o077 == 0
    journal.close()


def test_the_latest_change_is_undone_first(tmp_path: Path) -> None:
    """What is pending comes in the order in which it must be undone, without what is undone already."""
    journal = begin(tmp_path)
    first, second, third = (journal.intend(what, {}) for what in ("a", "b", "c"))
    journal.reverted(second)
    assert journal.pending == [third, first]
    journal.close()


def test_a_journal_with_nothing_left_is_removed_and_another_one_stays(tmp_path: Path) -> None:
    """Only a journal that nobody needs any more goes."""
    done, open_ = begin(tmp_path, "done"), begin(tmp_path, "open")
    done.reverted(done.intend("a", {}))
    open_.intend("a", {})
    done.discard()
    open_.discard()
    assert [path.name for path in tmp_path.iterdir()] == ["r--open.jsonl"]


Words = st.lists(st.one_of(st.none(), st.integers(min_value=0, max_value=9)), max_size=8)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=Words, token=st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=3), cut=st.floats(0, 1))
def test_a_crash_at_any_byte_forgets_nothing(
    tmp_path: Path, deeds: list[int | None], token: dict[str, Any], cut: float
) -> None:
    """After any prefix of its bytes the journal still says what is to be undone, and can be written on."""
    (tmp_path / "r--s.jsonl").unlink(missing_ok=True)
    journal = begin(tmp_path)
    for deed in deeds:
        if deed is None or not journal.pending:
            journal.intend("pod-delete", token)
        else:
            journal.reverted(journal.pending[deed % len(journal.pending)])
    journal.close()
    whole = journal.path.read_bytes()
    prefix = whole[: round(len(whole) * cut)]
    journal.path.write_bytes(prefix)
    adopted = Journal.adopt(journal.path)
    if b"\n" not in prefix:
        assert adopted is None
        return
    assert adopted is not None
    assert [intent.id for intent in adopted.pending] == told(prefix[: prefix.rindex(b"\n") + 1])
    for intent in adopted.pending[:1]:
        adopted.reverted(intent)
    adopted.close()
    again = Journal.adopt(journal.path)
    assert again is not None
    assert [intent.id for intent in again.pending] == told(prefix[: prefix.rindex(b"\n") + 1])[1:]
    again.close()


def test_a_new_id_is_never_one_that_was_used(tmp_path: Path) -> None:
    """Ids go on after an adoption, so that no `reverted` can mean two changes."""
    journal = begin(tmp_path)
    journal.intend("a", {})
    journal.close()
    adopted = Journal.adopt(journal.path)
    assert adopted is not None
    assert adopted.intend("b", {}).id == 2
    adopted.close()


OWNER = """
import sys
from pathlib import Path
from harness.journal import Journal
from harness.model.cluster import ClusterRecord
cluster = ClusterRecord(name="hp-1", provider="kwok", shape="default", kubeconfig="/k", context="c")
journal = Journal.begin(run="r", scenario="s", cluster=cluster, folder=Path(sys.argv[1]))
journal.intend("pod-delete", {})
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.read()
"""


def test_a_live_run_keeps_its_journal_and_a_dead_one_loses_it(tmp_path: Path) -> None:
    """Another process adopts a journal only once its owner is dead, however it died."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "ready\n"
        assert list(dead_journals(pytest.fail, tmp_path)) == []
        owner.kill()
        owner.wait()
        (journal,) = dead_journals(pytest.fail, tmp_path)
        assert [intent.what for intent in journal.pending] == ["pod-delete"]
        journal.close()
    finally:
        owner.kill()
        owner.communicate()


def test_one_journal_that_cannot_be_read_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    """What is wrong with it is said with its file and line."""
    (tmp_path / "a.jsonl").write_text('{"op": "something else"}\n')
    begin(tmp_path).close()
    unreadable: list[BadInput] = []
    (journal,) = dead_journals(unreadable.append, tmp_path)
    journal.close()
    assert f"{tmp_path / 'a.jsonl'}:1: not a journal line" in unreadable[0].message


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_stops_the_run_before_the_cluster_is_touched(tmp_path: Path) -> None:
    """Where the token cannot be written, `intend` raises what to do about it, and nothing is pending."""
    (tmp_path / "full.jsonl").symlink_to("/dev/full")
    journal = Journal(tmp_path / "full.jsonl", CLUSTER)
    with pytest.raises(HealproofError, match="the journal cannot be written: No space left"):
        journal.intend("a", {})
    assert journal.pending == []
    journal.close()


def test_journals_are_outside_any_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are in the user's state folder, for nobody else to read."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert journal_dir() == tmp_path / "healproof" / "journals"
    assert journal_dir().stat().st_mode & 0o077 == 0


def test_a_run_that_died_before_its_first_line_leaves_nothing(tmp_path: Path) -> None:
    """Its file is swept away by the next recovery, and one that is just being begun is spared."""
    (tmp_path / "r--s.unborn").touch()
    assert list(dead_journals(_raise, tmp_path)) == []
    assert list(tmp_path.iterdir()) == []
    begun = Journal.begin(run="r", scenario="s", cluster=CLUSTER, folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["r--s.jsonl"]
    begun.discard()


def _raise(error: BadInput) -> None:
    raise error
