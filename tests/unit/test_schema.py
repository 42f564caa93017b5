"""What the published JSON Schemas promise: they tell editors and programs what healproof takes and gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import sample_scenarios as sample

from harness.model.errors import BadInput
from harness.model.result import RunResult, ScenarioResult
from harness.model.verdict import Finding, Measure, Outcome, Verdict
from harness.schema import results_schema, scenario_schema

SCENARIO = scenario_schema(faults=sample.FAULTS, expectations=sample.EXPECTATIONS)
VALIDATOR = jsonschema.Draft202012Validator(SCENARIO)


@pytest.mark.parametrize("schema", [SCENARIO, scenario_schema(), results_schema()], ids=["sample", "all", "results"])
def test_the_schemas_are_json_schemas(schema: dict[str, Any]) -> None:
    """Each is valid in the dialect it names, and plain JSON; so is the one of all registered faults."""
    jsonschema.Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


def test_the_schema_accepts_what_loads() -> None:
    """The sample that says everything a scenario can say fits."""
    VALIDATOR.validate(sample.scenario())


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"severity": "urgent"}, ["severity"]),
        ({"severty": "minor"}, []),
        ({"scenario": "Web"}, ["scenario"]),
        ({"why": " "}, ["why"]),
        ({"rows": [27]}, ["rows", 0]),
        ({"baseline": "2 s"}, ["baseline"]),
        ({"workload": []}, ["workload"]),
        ({"expect": []}, ["expect"]),
        ({"faults": [{}]}, ["faults", 0]),
        ({"faults": [{"nothing": {}, "pods-die": {"select": "a=b"}}]}, ["faults", 0]),
        ({"faults": [{"pod-die": {}}]}, ["faults", 0]),
        ({"faults": [{"pods-die": {}}]}, ["faults", 0, "pods-die"]),
        ({"faults": [{"pods-die": {"select": "a=b", "count": 0}}]}, ["faults", 0, "pods-die", "count"]),
        ({"faults": [{"nothing": {"after": 2}}]}, ["faults", 0, "nothing", "after"]),
        ({"faults": [{"nothing": {"lasts": "2s"}}]}, ["faults", 0, "nothing"]),
        ({"expect": [{"serves": {"of": "web", "at-least": "9%"}}]}, ["expect", 0, "serves", "of"]),
        ({"control": {"One": {"fails": ["heals"]}}}, ["control"]),
        ({"control": {"one": {"fail": ["heals"]}}}, ["control", "one"]),
    ],
)
def test_what_the_schema_refuses_does_not_load(tmp_path: Path, change: dict[str, Any], where: list[str | int]) -> None:
    """An editor marks the wrong value itself, and what it marks is refused by loading as well."""
    data = {**sample.scenario(), **change}
    (error,) = VALIDATOR.iter_errors(data)
    assert list(error.absolute_path) == where
    with pytest.raises(BadInput):
        sample.load(sample.write(tmp_path, data))


def test_the_schema_explains_what_it_describes() -> None:
    """A fault's page in the editor is its docstring; a token says what is accepted."""
    definitions = SCENARIO["$defs"]
    assert definitions["PodsDie"]["description"] == "Pods die, for tests."
    assert definitions["PodsDie"]["properties"]["select"]["description"].startswith("an equality-based label selector")
    assert definitions["PodsDie"]["properties"]["how"]["enum"] == ["delete", "evict"]


def test_zero_is_a_duration_without_a_unit(tmp_path: Path) -> None:
    """`after: 0` loads, so the schema accepts it."""
    data = {**sample.scenario(), "faults": [{"nothing": {"after": 0}}]}
    VALIDATOR.validate(data)
    assert sample.load(sample.write(tmp_path, data))


def test_results_fit_their_schema() -> None:
    """A run's results as they are written fit the schema; results without verdict do not."""
    measure = Measure(name="recovery", value=3.2, unit="seconds", error=0.1)
    finding = Finding(expectation="heals", outcome=Outcome.PASSED, text="healed", at=9.0, measures=[measure])
    result = ScenarioResult(
        name="web",
        node_id="web.yaml::web",
        why="it matters",
        severity="normal",
        rows=[1],
        verdict=Verdict(outcome=Outcome.PASSED, findings=[finding]),
        seconds=12.5,
        started_at="2026-01-01T00:00:00Z",
        scenario=sample.scenario(),
    )
    run = RunResult(run="r1", started_at="2026-01-01T00:00:00Z", seconds=13.0, harness_version="0", scenarios=[result])
    data = json.loads(msgspec.json.encode(run))
    validator = jsonschema.Draft202012Validator(results_schema())
    validator.validate(data)
    del data["scenarios"][0]["verdict"]
    assert not validator.is_valid(data)
