"""What loading promises of any malformed file: a refusal that names file, line and what is accepted; nothing else."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sample_scenarios as sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_mistakes import MANIFEST_MISTAKES, TEXT_MISTAKES, VALUE_MISTAKES, get, no_mapping, put, strange_syntax

from harness.load_yaml import read_documents
from harness.model.errors import BadInput
from harness.model.scenario import Scenario
from harness.schema import scenario_schema

LINE = re.compile(r"(?P<path>/.+\.yaml):(?P<line>\d+): (?P<wrong>.+); accepted: (?P<accepted>.+)")
TRIES = settings(deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))


def assert_refused(path: Path) -> None:
    """The file is refused, and each line of the message names a line that exists and what is accepted."""
    with pytest.raises(BadInput) as caught:
        sample.load(path)
    for line in caught.value.message.split("\n"):
        match = LINE.fullmatch(line)
        assert match, line
        named = Path(match["path"])
        assert named in (path, path.parent / "workloads" / "web.yaml")
        assert 1 <= int(match["line"]) <= named.read_bytes().count(b"\n") + 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder that every try overwrites."""
    return tmp_path_factory.mktemp("malformed")


@pytest.fixture(scope="module")
def valid() -> tuple[str, str]:
    """The sample scenario and its workload as text."""
    return sample.dump(sample.scenario()), sample.dump(*sample.workload())


def test_the_unchanged_scenario_is_accepted(folder: Path, valid: tuple[str, str]) -> None:
    """The file that all the others are made from is accepted, so each refusal is due to its mistake."""
    assert len(sample.load(sample.write_text(folder, *valid))) == 1


@settings(TRIES, max_examples=300)
@given(st.data())
def test_a_scenario_with_a_wrong_value_is_refused(folder: Path, valid: tuple[str, str], data: st.DataObject) -> None:
    """Whichever value is wrong, the refusal names a line and what is accepted."""
    scenario = sample.scenario()
    data.draw(st.sampled_from(VALUE_MISTAKES))(data.draw, scenario)
    assert_refused(sample.write_text(folder, json.dumps(scenario, indent=1), valid[1]))


@settings(TRIES, max_examples=200)
@given(st.data())
def test_a_scenario_that_is_not_plain_yaml_is_refused(
    folder: Path, valid: tuple[str, str], data: st.DataObject
) -> None:
    """Whatever is wrong with the text, the refusal names a line and what is accepted."""
    text = data.draw(st.sampled_from(TEXT_MISTAKES))(data.draw, valid[0])
    assert_refused(sample.write_text(folder, text, valid[1]))


@settings(TRIES, max_examples=60)
@given(st.data())
def test_a_scenario_over_a_malformed_workload_is_refused(
    folder: Path, valid: tuple[str, str], data: st.DataObject
) -> None:
    """Whatever is wrong with a manifest, the refusal names a line and what is accepted."""
    if data.draw(st.booleans()):
        manifests = sample.workload()
        data.draw(st.sampled_from(MANIFEST_MISTAKES))(data.draw(st.sampled_from(manifests)))
        text: str | bytes = sample.dump(*manifests)
    else:
        mistakes = [mistake for mistake in TEXT_MISTAKES if mistake is not no_mapping]
        text = data.draw(st.sampled_from([m for m in mistakes if m is not strange_syntax]))(data.draw, valid[1])
    assert_refused(sample.write_text(folder, valid[0], text))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def trails(value: object, trail: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The trails of all values inside a value."""
    keys: list[Any] = (
        list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    )
    return [found for key in keys for found in [(*trail, key), *trails(value[key], (*trail, key))]]  # type: ignore[index]


TRAILS = trails(sample.scenario())
PIECES = [get(sample.scenario(), trail) for trail in TRAILS] + [0, "0s", None, 1.0, "12h", [], {}]


@settings(TRIES, max_examples=140)
@given(st.data())
def test_what_is_accepted_fits_the_schema(folder: Path, valid: tuple[str, str], data: st.DataObject) -> None:
    """With any value in any place a file is refused, or it is accepted and the published schema accepts it too."""
    scenario = copy.deepcopy(sample.scenario())
    piece = data.draw(st.sampled_from(PIECES) | ANYTHING)
    put(scenario, data.draw(st.sampled_from(TRAILS)), copy.deepcopy(piece))
    path = sample.write_text(folder, json.dumps(scenario, indent=1), valid[1])
    if loaded(path):
        VALIDATOR.validate(read_documents(path)[0].data)


@settings(TRIES, max_examples=140)
@given(st.data())
def test_any_change_of_the_text_is_accepted_or_refused(
    folder: Path, valid: tuple[str, str], data: st.DataObject
) -> None:
    """Bytes put anywhere never end in another error than a refusal."""
    raw = valid[0].encode()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(start + 20, len(raw))))
    syntax = st.text("-:?[]{}#&*!|>'\"%@`,\n\t ~<\\=ab01ué", max_size=6).map(str.encode)
    path = sample.write_text(folder, raw[:start] + data.draw(syntax | st.binary(max_size=4)) + raw[end:], valid[1])
    loaded(path)


VALIDATOR = jsonschema.Draft202012Validator(scenario_schema(faults=sample.FAULTS, expectations=sample.EXPECTATIONS))


def loaded(path: Path) -> list[Scenario]:
    """The scenarios of a file; none where it is refused with errors of the promised form."""
    try:
        return sample.load(path)
    except BadInput as error:
        message = error.message
    assert all(LINE.fullmatch(line) for line in message.split("\n")), message
    return []
