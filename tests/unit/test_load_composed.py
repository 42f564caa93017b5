"""What loading promises of composed scenarios: rounds and choices as written, and each mistake at its own line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sample_scenarios as sample

from harness.faults.one_of import OneOf
from harness.faults.pod_delete import PodDelete
from harness.load import load_file
from harness.model.errors import BadInput
from harness.model.scenario import Scenario
from harness.model.units import Seconds, Selector
from harness.schema import scenario_schema

DELETE = {"select": "app=web"}
EXPECT = [{"recovers": {"of": "deployment/web", "within": "30s"}}]


def composed(*faults: dict[str, Any]) -> dict[str, Any]:
    """A scenario with these faults."""
    workload = "workloads/web.yaml"
    return {"scenario": "composed", "why": "It must.", "workload": workload, "faults": list(faults), "expect": EXPECT}


def choice(*choices: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"one-of": {"choices": list(choices), **fields}}


KILL = {"container-kill": {"select": "app=web", "signal": "TERM"}}
GOOD = composed(
    {"pod-delete": {**DELETE, "after": "1s", "for": "2s", "every": "3s", "times": 4}},
    choice({"pod-delete": {**DELETE, "grace": 0}}, KILL, every="5s", times=2),
)


def test_rounds_and_choices_become_the_values_they_describe(tmp_path: Path) -> None:
    """The choices are decoded as faults of their own, and the scenario needs what any of them needs."""
    (scenario,) = load_file(sample.write(tmp_path, GOOD))
    rounds, drawn = scenario.faults
    assert (rounds.after, rounds.lasts, rounds.every, rounds.times) == (Seconds(1), Seconds(2), Seconds(3), 4)
    assert [each.name for each in drawn.may_be()] == ["pod-delete", "container-kill"]
    assert drawn.may_be()[0] == PodDelete(select=Selector("app=web"), grace=Seconds(0))
    assert {"containers", "node-exec"} <= scenario.needs
    jsonschema.Draft202012Validator(scenario_schema()).validate(GOOD)


def test_a_composed_scenario_shown_as_data_loads_again(tmp_path: Path) -> None:
    """What a timeline's header holds is the YAML form, choices included; Python's form of a choice is the same."""
    (scenario,) = load_file(sample.write(tmp_path, GOOD))
    data = {**scenario.as_data(), "workload": "workloads/web.yaml"}
    data.pop("source")
    (again,) = load_file(sample.write(tmp_path, data))
    assert again.faults == scenario.faults
    written = OneOf.of(*scenario.faults[1].may_be(), every=Seconds(5), times=2)
    assert written.may_be() == scenario.faults[1].may_be()
    assert written.refuse() == ""


MISTAKES = [
    pytest.param(
        composed({"pod-delete": {**DELETE, "every": "2s"}}), "- pod-delete:", "`every` without `times`", id="every"
    ),
    pytest.param(
        composed({"pod-delete": {**DELETE, "times": 2}}), "- pod-delete:", "`times` without `every`", id="times"
    ),
    pytest.param(
        composed({"pod-delete": {**DELETE, "every": 0, "times": 2}}),
        "- pod-delete:",
        "every: 0ms is not accepted",
        id="zero",
    ),
    pytest.param(
        composed({"pod-delete": {**DELETE, "every": "2s", "times": 1}}),
        "times: 1",
        "cannot be 1; accepted: a whole",
        id="once",
    ),
    pytest.param(
        composed({"pod-delete": {**DELETE, "every": "2s", "times": 2, "for": "2s"}}),
        "- pod-delete:",
        "for: 2s is not shorter than every: 2s",
        id="overlap",
    ),
    pytest.param(
        composed(choice({"pod-delete": DELETE}, {"pod-delte": DELETE})),
        "- pod-delte:",
        "unknown fault `pod-delte` (did you mean `pod-delete`?)",
        id="unknown-choice",
    ),
    pytest.param(
        composed(choice({"pod-delete": DELETE}, {"pod-delete": {**DELETE, "count": "two"}})),
        "count: two",
        "`faults[0].one-of.choices[1].pod-delete.count` cannot be 'two'",
        id="choice-field",
    ),
    pytest.param(
        composed(choice({"pod-delete": DELETE}, {"pod-delete": {**DELETE, "after": "2s"}})),
        "after: 2s",
        "`faults[0].one-of.choices[1].pod-delete.after` inside `one-of`; accepted: `after` of `one-of` itself",
        id="choice-time",
    ),
    pytest.param(
        composed(choice({"pod-delete": DELETE}, {"probe-fail": {"of": "deployment/wbe", "probe": "liveness"}})),
        "of: deployment/wbe",
        "deployment/wbe is not in the workload (did you mean `deployment/web`?)",
        id="choice-ref",
    ),
    pytest.param(
        composed(choice({"pod-delete": DELETE})), "choices:", "accepted: a list of at least two", id="one-choice"
    ),
    pytest.param(
        composed(choice({"pod-delete": DELETE}, {"pod-delete": DELETE, "container-kill": DELETE})),
        "- container-kill:",
        "`faults[0].one-of.choices[1]` has 2 keys",
        id="choice-of-two",
    ),
    pytest.param(
        composed(choice({"pod-delete": DELETE}, choice({"pod-delete": DELETE}, {"pod-delete": DELETE}))),
        "- one-of:",
        "`faults[0].one-of`: one-of cannot be chosen",
        id="choice-of-choices",
    ),
]


@pytest.mark.parametrize(("data", "line", "message"), MISTAKES)
def test_nonsense_is_reported_at_its_line(tmp_path: Path, data: dict[str, Any], line: str, message: str) -> None:
    """Once, with file, line, value and what is accepted, inside a choice as well as outside."""
    path = sample.write(tmp_path, data)
    lines = [number for number, text in enumerate(path.read_text().splitlines(), 1) if line in text]
    with pytest.raises(BadInput) as caught:
        load_file(path)
    told = caught.value.message.replace(f"{path.parent}{os.sep}", "").splitlines()
    assert len(told) == 1, told
    assert told[0].startswith(f"scenario.yaml:{lines[0]}: ")
    assert message in told[0]


@pytest.mark.parametrize(
    "fault",
    [
        PodDelete(select=Selector("app=web"), every=Seconds(2)),
        OneOf(choices=[{"pod-delete": DELETE}, {"nothing-like-it": {}}]),
        OneOf(choices=[{"pod-delete": DELETE}, {"pod-delete": {}}]),
        OneOf(choices=[{"pod-delete": DELETE}, {"pod-delete": {**DELETE, "for": "2s"}}]),
    ],
)
def test_python_scenarios_are_held_to_the_same(tmp_path: Path, fault: PodDelete | OneOf) -> None:
    """What no file could say cannot be said in Python either."""
    (good,) = load_file(sample.write(tmp_path, GOOD))
    with pytest.raises(BadInput, match=rf"scenario composed: {fault.name}: "):
        Scenario(name=good.name, why=good.why, manifests=good.manifests, faults=[fault], expect=good.expect)
