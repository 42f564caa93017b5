"""What a recorded run promises: the same scenario and the same verdict from its file, or an error that says where."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from drawn import runs
from hypothesis import HealthCheck, given, settings
from timelines import Story, scenario

from harness.judge import judge
from harness.load import load_file, looks_like_scenario
from harness.load_recorded import read_timeline, recorded_scenario
from harness.machine.paths import data_dir
from harness.model.errors import BadInput
from harness.model.scenario import Scenario
from harness.model.timeline import AnyEntry, Header, encode_entry

SHIPPED = sorted(file for file in data_dir("scenarios").rglob("*.yaml") if looks_like_scenario(file))


def recorded(path: Path, wanted: Scenario, entries: list[AnyEntry]) -> Path:
    """A timeline file as a run leaves it."""
    head = msgspec.structs.replace(entries[0], scenario=wanted.as_data())
    path.write_bytes(b"".join(encode_entry(entry) + b"\n" for entry in [head, *entries[1:]]))
    return path


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(run=runs())
def test_a_recording_is_judged_as_the_run_was(tmp_path: Path, run: tuple[Scenario, list[AnyEntry]]) -> None:
    """File, header and all: the verdict is the one of the entries in memory."""
    path = recorded(tmp_path / "timeline.jsonl", *run)
    entries = read_timeline(path)
    assert judge(recorded_scenario(path, entries), entries) == judge(*run)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scenario_comes_back_from_its_header(file: Path) -> None:
    """Faults, promises and all their fields survive being written as plain data."""
    for wanted in load_file(file):
        head = Header(t=0.0, scenario=wanted.as_data(), namespace="n", cluster="c", provider="p")
        assert recorded_scenario(file, [head]) == wanted


def test_a_line_cut_off_in_the_writing_is_left_out(tmp_path: Path) -> None:
    """A run that died leaves a timeline that can be read."""
    entries = Story().baseline().at(4.0).kill("web-0").end(10)
    path = recorded(tmp_path / "timeline.jsonl", scenario(), entries)
    path.write_bytes(path.read_bytes()[:-7])
    assert len(read_timeline(path)) == len(entries) - 1


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    """The error says which file and line."""
    path = recorded(tmp_path / "timeline.jsonl", scenario(), Story().baseline().entries)
    path.write_bytes(path.read_bytes() + b'{"entry": "nothing"}\n')
    with pytest.raises(BadInput, match=rf"timeline.jsonl:{len(Story().baseline().entries) + 1}: not an entry"):
        read_timeline(path)


def test_a_resource_that_nobody_watches_is_named(tmp_path: Path) -> None:
    """An object of an unknown resource cannot be read."""
    path = tmp_path / "timeline.jsonl"
    path.write_text('{"entry": "change", "t": 1.0, "op": "added", "resource": "widgets", "object": {}}\n')
    with pytest.raises(BadInput, match=r"timeline.jsonl:1: not an entry of a timeline: 'widgets'"):
        read_timeline(path)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"faults": [{"quake": {}}]}, "fault 'quake' is not installed here; accepted: "),
        ({"expect": [{"recovers": {"of": "deployment/web", "within": "soon"}}]}, "not the header of a timeline"),
        ({"severity": "terrible"}, "not the header of a timeline"),
        ({"why": None, "expect": []}, "`expect` is empty"),
    ],
)
def test_a_header_that_says_nothing_sensible_is_refused(change: dict[str, object], wrong: str) -> None:
    """Whatever is wrong with it is an error for the user, never a traceback."""
    head = Header(t=0.0, scenario={**scenario().as_data(), **change}, namespace="n", cluster="c", provider="p")
    with pytest.raises(BadInput, match=wrong):
        recorded_scenario(Path("timeline.jsonl"), [head])


def test_what_has_no_header_is_no_timeline(tmp_path: Path) -> None:
    """An empty file, a missing file and another beginning are each refused."""
    empty = tmp_path / "timeline.jsonl"
    empty.write_bytes(b"")
    with pytest.raises(BadInput, match="not a timeline"):
        recorded_scenario(empty, read_timeline(empty))
    with pytest.raises(BadInput, match="No such file"):
        read_timeline(tmp_path / "missing.jsonl")
