from __future__ import annotations

from pathlib import Path

import pytest

from harness.damage.shell import script
from harness.faults.volume_data_lost import _FIND, _LOSE
from harness.machine.process import run

HIDDEN, NEWER = ".healproof-lost-1", ".healproof-newer-1"


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A volume with a file, a hidden file, a folder and an awkward name."""
    folder = tmp_path / "volume"
    (folder / "folder").mkdir(parents=True)
    (folder / "folder" / "inner").write_text("inner")
    for name in ("log", ".hidden", "two words"):
        (folder / name).write_text(f"old {name}")
    return folder


def test_all_files_go_and_come_back(volume: Path) -> None:
    """Hidden files, folders and names with blanks are lost like others, and are all there again after the undo."""
    before = _content(volume)
    _lose(volume)
    assert _names(volume) == {HIDDEN}
    _find(volume)
    assert _content(volume) == before


def test_losing_and_finding_twice_is_doing_it_once(volume: Path) -> None:
    """An injection or an undo that was cut off may be repeated."""
    before = _content(volume)
    for deed in (_lose, _lose, _find, _find):
        deed(volume)
    assert _content(volume) == before


def test_an_undo_goes_on_where_it_was_cut_off(volume: Path) -> None:
    """Files that are back already stay, the others follow."""
    before = _content(volume)
    _lose(volume)
    (volume / HIDDEN).chmod(0o700)
    (volume / HIDDEN / "log").rename(volume / "log")
    _find(volume)
    assert _content(volume) == before


def test_a_newer_file_is_kept_beside_the_old_one(volume: Path) -> None:
    """What was written meanwhile under an old name does not take its place and is not lost."""
    _lose(volume)
    (volume / "log").write_text("new")
    (volume / "other").write_text("new")
    _find(volume)
    assert (volume / "log").read_text() == "old log"
    assert (volume / f"log{NEWER}").read_text() == "new"
    assert (volume / "other").read_text() == "new"


def test_a_newer_file_is_dropped_where_the_scenario_says_so(volume: Path) -> None:
    """Without `keep-newer` the volume is exactly as before."""
    before = _content(volume)
    _lose(volume)
    (volume / "log").write_text("new")
    (volume / "folder").mkdir()
    (volume / "folder" / "new").write_text("new")
    _find(volume, "")
    assert _content(volume) == before


def test_nothing_is_done_for_a_volume_that_is_gone(tmp_path: Path) -> None:
    """An undo after the claim was deleted is no error."""
    _find(tmp_path / "gone")
    assert list(tmp_path.iterdir()) == []


def _lose(volume: Path) -> None:
    run(["sh", "-ec", script(_LOSE, volume, HIDDEN)], timeout_seconds=10)


def _find(volume: Path, newer: str = NEWER) -> None:
    run(["sh", "-ec", script(_FIND, volume, HIDDEN, newer)], timeout_seconds=10)


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _content(volume: Path) -> dict[str, str]:
    return {str(path.relative_to(volume)): path.read_text() for path in volume.rglob("*") if path.is_file()}
