"""What loading a scenario file promises: the right value, or an error that points at each mistake."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import sample_scenarios as sample
from ruamel.yaml import YAML

from harness.load import looks_like_scenario, validate_paths
from harness.model.cluster import Capability
from harness.model.errors import BadInput, Exit
from harness.model.scenario import Severity
from harness.model.units import Seconds, Share


def refusal(path: Path) -> str:
    """The message with which a scenario file is refused, with the folder cut off."""
    with pytest.raises(BadInput) as caught:
        sample.load(path)
    assert caught.value.exit_code is Exit.USAGE
    return caught.value.message.replace(f"{path.parent}{os.sep}", "")


def test_a_full_scenario_becomes_the_value_it_describes(tmp_path: Path) -> None:
    """Every key of a scenario file arrives in the Scenario, typed."""
    path = sample.write(tmp_path, sample.scenario())
    (scenario,) = sample.load(path)
    assert scenario.name == "web-outlives-lost-pods"
    assert scenario.severity is Severity.CRITICAL
    assert scenario.rows == [1, 26]
    assert scenario.tags == ["pods"]
    assert scenario.requires == [Capability.CONTAINERS]
    assert scenario.manifests == sample.workload()
    assert (scenario.baseline, scenario.observe) == (Seconds(60), Seconds(0.5))
    assert scenario.source == str(path)
    first, second, third = scenario.faults
    assert first == sample.PodsDie(
        select="app=web", count=2, after=Seconds(2), lasts=Seconds(90), owner="deployment/web"
    )
    assert second == sample.PodsDie(select="app=web,tier=front", share=Share(0.5), how="evict")
    assert third == sample.Nothing()
    assert scenario.expect[0] == sample.Heals(of="deployment/web", within=Seconds(30), hold=Seconds(3))
    assert scenario.control["one-replica"].fails == ["serves"]
    assert scenario.twin("one-replica").manifests[0]["spec"]["replicas"] == 1


def test_a_control_may_have_faults_instead_of_a_patch(tmp_path: Path) -> None:
    """They are injected before those of the scenario, into the workload as it is; a timeline's header has them too."""
    off = {"faults": [{"nothing": {}}], "fails": ["heals"]}
    (scenario,) = sample.load(sample.write(tmp_path, {**sample.scenario(), "control": {"healing-off": off}}))
    twin = scenario.twin("healing-off")
    assert twin.faults == [sample.Nothing(), *scenario.faults]
    assert twin.manifests == scenario.manifests
    assert twin.as_data()["control"]["healing-off"]["faults"][0].keys() == {"nothing"}


def test_what_is_left_out_takes_the_defaults(tmp_path: Path) -> None:
    """Name, reason, workload and one expectation are enough; a scenario without faults is a control experiment."""
    needed = {key: sample.scenario()[key] for key in ("scenario", "why", "expect")}
    (scenario,) = sample.load(sample.write(tmp_path, {**needed, "workload": "workloads/web.yaml"}))
    assert scenario.severity is Severity.NORMAL
    assert (scenario.faults, scenario.rows, scenario.tags, scenario.control) == ([], [], [], {})
    assert (scenario.baseline, scenario.observe) == (Seconds(90), Seconds(0))


def test_a_file_holds_several_scenarios_in_their_order(tmp_path: Path) -> None:
    """Each document that is not empty is one scenario."""
    text = "# yaml-language-server: $schema=scenario.json\n---\n"
    text += sample.dump(sample.scenario(), {**sample.scenario(), "scenario": "another"}) + "---\n"
    assert [s.name for s in sample.load(sample.write_text(tmp_path, text))] == ["web-outlives-lost-pods", "another"]


def test_a_scenario_shown_as_data_loads_again(tmp_path: Path) -> None:
    """What a report shows of a scenario is the YAML form: it loads to the same faults and promises."""
    (scenario,) = sample.load(sample.write(tmp_path, sample.scenario()))
    data = {**scenario.as_data(), "workload": "workloads/web.yaml"}
    data.pop("source")
    (again,) = sample.load(sample.write(tmp_path, data))
    assert (again.faults, again.expect, again.baseline) == (scenario.faults, scenario.expect, scenario.baseline)


def at(*keys: str | int, value: object) -> dict[str, Any]:
    """The sample scenario with one value replaced."""
    data = sample.scenario()
    place: Any = data
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return data


REFS = "deployment/web, service/web, statefulset/db"
MISTAKES = [
    pytest.param(
        at("severity", value="urgent"),
        "severity: urgent",
        "`severity` cannot be 'urgent'; accepted: one of blocker, critical, normal, minor, trivial",
        id="severity",
    ),
    pytest.param(
        at("sevrity", value="minor"),
        "sevrity:",
        "unknown key `sevrity` (did you mean `severity`?); accepted: scenario, why",
        id="key",
    ),
    pytest.param(
        at("faults", 0, value={"pod-die": {}}),
        "- pod-die: {}",
        "unknown fault `pod-die` (did you mean `pods-die`?); accepted: nothing, pods-die",
        id="fault",
    ),
    pytest.param(
        at("expect", 1, value={"heal": {}}),
        "- heal: {}",
        "unknown expectation `heal` (did you mean `heals`?); accepted: heals, serves",
        id="expectation",
    ),
    pytest.param(
        at("faults", 0, "pods-die", "cout", value=1),
        "cout:",
        "unknown key `cout` (did you mean `count`?); accepted: select, count, share, how, owner, after, for",
        id="fault-key",
    ),
    pytest.param(
        at("faults", 0, "pods-die", "count", value="two"),
        "count: two",
        "`faults[0].pods-die.count` cannot be 'two'; accepted: a whole number of at least 1 and at most 100",
        id="number",
    ),
    pytest.param(
        at("faults", 0, "pods-die", "after", value=2),
        "after: 2",
        "`faults[0].pods-die.after` cannot be 2; accepted: a duration such as 500ms, 2s or 1m30s",
        id="duration",
    ),
    pytest.param(
        at("faults", 1, "pods-die", "share", value="101%"),
        "share: 101%",
        "`faults[1].pods-die.share` cannot be '101%'; accepted: a percentage from 0% to 100%, such as 99.5%",
        id="share",
    ),
    pytest.param(
        at("faults", 2, value={"nothing": {}, "after": "2s"}),
        "- after: 2s",
        "`faults[2]` has 2 keys: after, nothing; accepted: one key, the name of the fault, with all its fields below",
        id="two-keys",
    ),
    pytest.param(
        at("expect", 0, "heals", "of", value="deployment/wbe"),
        "of: deployment/wbe",
        f"deployment/wbe is not in the workload (did you mean `deployment/web`?); accepted: {REFS}",
        id="ref",
    ),
    pytest.param(
        at("faults", 0, "pods-die", "owner", value="job/web"),
        "owner: job/web",
        f"job/web is not in the workload; accepted: {REFS}",
        id="fault-ref",
    ),
    pytest.param(
        at("expect", 2, "heals", "of", value="persistentvolumeclaim/date-db-0"),
        "of: persistentvolumeclaim/date-db-0",
        f"persistentvolumeclaim/date-db-0 is not in the workload; accepted: {REFS}",
        id="claim",
    ),
    pytest.param(
        at("expect", 0, "heals", "hold", value="30s"),
        "- heals:",
        "`expect[0].heals`: hold 30s is not shorter than within 30s; accepted: It heals in time",
        id="fields-together",
    ),
    pytest.param(
        at("workload", value="workloads/none.yaml"),
        "workload: workloads/none.yaml",
        "workload 'workloads/none.yaml' is not a file that exists; accepted: the path of a file of Kubernetes",
        id="workload",
    ),
    pytest.param(
        at("control", "one-replica", "fails", value=["available"]),
        "- available",
        "'available' is not among the expectations; accepted: heals, serves",
        id="control-fails",
    ),
    pytest.param(
        at("control", "one-replica", "fails", value=[]),
        "one-replica:",
        "`control.one-replica` says neither fails nor inconclusive; accepted: either `fails`",
        id="control-neither",
    ),
    pytest.param(
        at("control", "one-replica", "inconclusive", value="both"),
        "one-replica:",
        "`control.one-replica` says fails and inconclusive; accepted: either `fails`",
        id="control-both",
    ),
    pytest.param(
        at("control", "no-replica", "patch", value={"deployment/wbe": {}}),
        "deployment/wbe: {}",
        f"`deployment/wbe` is not in the workload (did you mean `deployment/web`?); accepted: {REFS}",
        id="control-patch",
    ),
    pytest.param(
        at("control", "no-replica", "patch", "deployment/web", "spec", "replicas", value=3),
        "no-replica:",
        "the patch of `control.no-replica` changes nothing; accepted: a patch that breaks the workload",
        id="control-no-change",
    ),
    pytest.param(
        at("control", "one-replica", "faults", value=[{"pods-dye": {"select": "app=web"}}]),
        "pods-dye:",
        "unknown fault `pods-dye` (did you mean `pods-die`?); accepted: ",
        id="control-unknown-fault",
    ),
    pytest.param(
        at("control", "one-replica", "faults", value=[{"pods-die": {"select": "app=web", "owner": "job/x"}}]),
        "owner: job/x",
        f"job/x is not in the workload; accepted: {REFS}",
        id="control-fault-ref",
    ),
    pytest.param(
        at("control", "one-replica", "faults", value={"nothing": {}}),
        "faults:",
        "`control.one-replica.faults` cannot be a mapping of 1; accepted: a list of faults",
        id="control-faults",
    ),
    pytest.param(
        at("control", value={"no-fault": {"faults": [{"nothing": {}}], "fails": ["heals"]}}),
        "no-fault:",
        "a control of the name no-fault; accepted: any other name: that one is every scenario without its faults",
        id="control-no-fault",
    ),
]


@pytest.mark.parametrize(("data", "line", "message"), MISTAKES)
def test_a_mistake_is_reported_at_its_line_with_what_is_accepted(
    tmp_path: Path, data: dict[str, Any], line: str, message: str
) -> None:
    """The error gives file, line, the offending value, and what is accepted in its place."""
    path = sample.write(tmp_path, data)
    lines = [number for number, text in enumerate(path.read_text().splitlines(), 1) if line in text]
    assert refusal(path).startswith(f"scenario.yaml:{lines[0]}: {message}")


def test_all_mistakes_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    """Independent mistakes, in two scenarios and in the workload, each have a line, sorted as in the files."""
    first = {**sample.scenario(), "rows": [0, 27], "baseline": 9, "expect": [{"heals": {"of": "pod/x"}}]}
    path = sample.write(tmp_path, first, {"scenario": "Web"}, manifests=[{"kind": "Service"}])
    lines = refusal(path).splitlines()
    wrong = [line.split("; accepted: ")[0].split(": ", 1)[1] for line in lines]
    assert wrong == [
        "`baseline` cannot be 9",
        "'serves' is not among the expectations",
        "`expect[0].heals` lacks `within`",
        "`rows[0]` cannot be 0",
        "`rows[1]` cannot be 27",
        "`scenario` cannot be 'Web'",
        "the document lacks `expect`",
        "the document lacks `why`",
        "the document lacks `workload`",
        "the document lacks `apiVersion`",
        "the document lacks `metadata`",
    ]


def test_a_name_is_given_once_in_a_file(tmp_path: Path) -> None:
    """Two scenarios of one name would share their reports; the second is refused."""
    path = sample.write(tmp_path, sample.scenario(), sample.scenario())
    assert "scenario name 'web-outlives-lost-pods' again; accepted: each name once in a file" in refusal(path)


def test_an_object_is_in_the_workload_once(tmp_path: Path) -> None:
    """Two manifests of one object would overwrite each other."""
    path = sample.write(tmp_path, sample.scenario(), manifests=[*sample.workload(), sample.workload()[0]])
    assert "deployment/web again in 'workloads/web.yaml'; accepted: each object once in a workload" in refusal(path)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.yaml", "scenario: x\n", True),
        ("a.yml", "# c\n---\nwhy: x\n'scenario' : x\n", True),
        ("a.yaml", "scenario: [broken\n", True),
        ("a.yaml", "\ufeffscenario: x\n", True),
        ("a.txt", "scenario: x\n", False),
        ("a.yaml", "spec:\n  scenario: x\n", False),
        ("a.yaml", "scenarios: x\n", False),
        ("a.yaml", "", False),
        ("allure-results/a.yaml", "scenario: x\n", False),
    ],
)
def test_scenario_files_are_told_from_other_yaml(tmp_path: Path, name: str, text: str, expected: bool) -> None:
    """Collection takes YAML files with a top-level `scenario` key, also broken ones, so that their error is seen.

    An earlier run's attachments are left alone.
    """
    (tmp_path / "allure-results").mkdir()
    (tmp_path / name).write_text(text)
    assert looks_like_scenario(tmp_path / name) is expected
    assert not looks_like_scenario(tmp_path / "missing.yaml")


def test_validation_goes_through_folders_and_over_errors(tmp_path: Path) -> None:
    """Each scenario file below a folder has its own outcome; other YAML is passed over unless it was named."""
    good = sample.write(tmp_path, sample.scenario())
    bad = tmp_path / "bad.yaml"
    bad.write_text("scenario: x\n")
    empty = tmp_path / "empty"
    empty.mkdir()
    outcomes = validate_paths([tmp_path, empty, bad], faults=sample.FAULTS, expectations=sample.EXPECTATIONS)
    assert [(path, isinstance(outcome, BadInput)) for path, outcome in outcomes] == [
        *[(bad, True), (good, False), (empty, True), (bad, True)],
    ]


def test_a_file_that_an_editor_wrote_loads_like_one_that_was_dumped(tmp_path: Path) -> None:
    """Comments, flow style, a byte order mark and Windows line ends change nothing."""
    expected = sample.load(sample.write(tmp_path, sample.scenario()))
    yaml = YAML()
    yaml.default_flow_style = True
    yaml.width = 60
    with (tmp_path / "flow.yaml").open("w") as stream:
        yaml.dump(sample.scenario(), stream)
    text = f"\ufeff# a comment\n{(tmp_path / 'flow.yaml').read_text()}".replace("\n", "\r\n")
    assert sample.load(sample.write_text(tmp_path, text)) == expected
