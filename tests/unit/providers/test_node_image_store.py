from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.machine.progress import Silent
from harness.model.errors import CommandFailed
from harness.providers.host_facts import HostFacts
from harness.providers.node_image import needs
from harness.providers.node_image.children import Children
from harness.providers.node_image.store import DiskFullError, Store, digest


def write(folder: Path) -> None:
    (folder / "file").write_text("made")


def test_a_finished_step_is_not_made_again(tmp_path: Path) -> None:
    """The same key finds what was made before, so an interrupted build goes on where it stopped."""
    store = Store(tmp_path)
    first = store.made("step", "k1", write, Silent())

    def never(folder: Path) -> None:
        raise AssertionError(folder)

    assert store.made("step", "k1", never, Silent()) == first
    assert (first / "file").read_text() == "made"


def test_other_inputs_replace_the_older_step(tmp_path: Path) -> None:
    """A new key makes the step anew and gives the older one's disk back, and touches no other step."""
    store = Store(tmp_path)
    older, other = store.made("step", "k1", write, Silent()), store.made("step-b", "k1", write, Silent())
    newer = store.made("step", "k2", write, Silent())
    assert (newer.is_dir(), older.is_dir(), other.is_dir()) == (True, False, True)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("x")])
def test_a_step_that_was_broken_off_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    """Half a step is never found: neither after an error nor after Ctrl-C."""

    def broken(folder: Path) -> None:
        write(folder)
        raise error

    with pytest.raises(type(error)):
        Store(tmp_path).made("step", "k1", broken, Silent())
    assert list(tmp_path.iterdir()) == []


def test_a_step_of_a_killed_process_is_redone(tmp_path: Path) -> None:
    """What kill -9 leaves half done is thrown away by the next build."""
    half = tmp_path / ".step-k1"
    half.mkdir()
    (half / "rubbish").touch()
    made = Store(tmp_path).made("step", "k1", write, Silent())
    assert [path.name for path in made.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        CommandFailed(["go", "build"], 1, "write /x: no space left on device"),
        CommandFailed(["tar"], 2, "tar: x: Cannot write: No space left on device"),
    ],
)
def test_a_full_disk_is_said_as_such_and_leaves_nothing(tmp_path: Path, error: Exception) -> None:
    """Whether this process or a program it started met the full disk: one clear error, no half step."""

    def full(folder: Path) -> None:
        write(folder)
        raise error

    with pytest.raises(DiskFullError, match="ran full") as refused:
        Store(tmp_path).made("step", "k1", full, Silent())
    assert "XDG_CACHE_HOME" in refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_short_write_on_a_full_disk_is_said_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """tar tells of a short write only; what is left on the disk tells why."""

    def short(_: Path) -> None:
        raise CommandFailed(["tar"], 2, "Wrote only 2048 of 10240 bytes")

    with pytest.raises(CommandFailed):
        Store(tmp_path).made("step", "k1", short, Silent())
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(DiskFullError):
        Store(tmp_path).made("step", "k1", short, Silent())


def test_too_little_disk_is_refused_before_anything_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The build says how much it needs and how much there is, and begins nothing."""
    monkeypatch.setattr(needs, "DISK_GB", 10.0**9)
    monkeypatch.setattr(needs, "lacking", lambda _: None)
    monkeypatch.setattr(needs, "install", lambda *_: None)
    with pytest.raises(DiskFullError, match="the node image needs"):
        needs.announce_and_check(tmp_path, HostFacts(root=True), Silent(), programs_built=False)


def test_an_ordinary_user_is_told_what_serves_instead(tmp_path: Path) -> None:
    """Building needs root; the error names the way without it."""
    problem = needs.lacking(HostFacts(root=False))
    assert problem is not None
    assert "registry" in problem.hint
    assert list(tmp_path.iterdir()) == []


def test_the_key_follows_names_and_contents(tmp_path: Path) -> None:
    """A changed, added or renamed file changes the key; the order of reading does not."""
    (tmp_path / "a").write_text("1")
    keys = [digest(tmp_path)]
    (tmp_path / "a").write_text("2")
    keys.append(digest(tmp_path))
    (tmp_path / "a").rename(tmp_path / "b")
    keys.append(digest(tmp_path))
    assert len(set(keys)) == 3
    assert digest(tmp_path) == keys[-1]


def test_ended_children_start_nothing_more() -> None:
    """After an interrupt nothing new begins, so the build ends at once."""
    children = Children()
    children.run(["true"], timeout_seconds=5)
    with pytest.raises(CommandFailed, match="oh no"):
        children.run(["sh", "-c", "echo oh no; exit 3"], timeout_seconds=5)
    children.end()
    with pytest.raises(CommandFailed, match="not started"):
        children.run(["true"], timeout_seconds=5)
