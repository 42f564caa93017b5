"""What every report says of proofs and repetitions: the same words, in results.json, JUnit, Allure and the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.commands.prove import undeclared
from harness.model.repetition import Steadiness
from harness.model.result import RunResult, ScenarioResult
from harness.model.scenario import NO_FAULT
from harness.model.verdict import Finding, Measure, Outcome, Verdict
from harness.report.allure_proofs import IDENTITY, identity_of, write_proofs
from harness.report.finish import gather
from harness.report.junit import junit_xml
from harness.report.results import read_results, write_result, write_results
from harness.report.terminal import scenario_line, summary
from harness.report.words import distribution_words, reason, repetitions_words

from . import samples

SEEN = "this check has been seen to fail (one-replica); quiet without its faults"


def result(control: str = "", repetition: int = 0, *, held: bool = True, declared: bool = True) -> ScenarioResult:
    """The sample's scenario, or a twin of it that ended as it must."""
    whole = samples.pod_lost().result
    way = f"{control}#{repetition}" if repetition else control
    scenario = {**whole.scenario, "control": {"one-replica": {}} if declared else {}}
    verdict = Verdict(outcome=Outcome.FAILED, findings=[]) if control else whole.verdict
    return msgspec.structs.replace(
        whole,
        node_id=f"lost.yaml::{whole.name}{way and f'[{way}]'}",
        scenario=scenario,
        verdict=verdict,
        control=control,
        control_held=held if control else None,
        repetition=repetition,
    )


def run_of(folder: Path, *results: ScenarioResult) -> RunResult:
    """The run whose workers left these results."""
    for number, each in enumerate(results):
        write_result(folder / str(number), each)
    run = gather(folder)
    write_results(folder, run)
    return run


def proved(folder: Path) -> RunResult:
    """A scenario in all its ways."""
    return run_of(folder, result(), result(NO_FAULT), result("one-replica"))


def test_the_proof_is_with_its_scenario_in_results_json(tmp_path: Path) -> None:
    """Whoever reads the verdict reads whether the check is worth anything; twins have none of their own."""
    proved(tmp_path)
    proofs = {each.control: each.proof for each in read_results(tmp_path).scenarios}
    assert {control: proof and proof.text for control, proof in proofs.items()} == {
        "": SEEN, NO_FAULT: None, "one-replica": None,
    }  # fmt: skip


def test_the_terminal_and_junit_say_the_same_words(tmp_path: Path) -> None:
    """One line a scenario, and one property."""
    run = proved(tmp_path)
    assert f"proved       {run.scenarios[0].name}: {SEEN}" in summary(run, reports={}, width=200).splitlines()
    properties = {p.get("name"): p.get("value") for p in samples.parse(junit_xml(run)).iter("property")}
    assert properties["proof"] == SEEN


def test_updates_are_told_beside_those_of_the_run_without_faults(tmp_path: Path) -> None:
    """Twelve say little; twelve where there are two without a fault say more."""

    def counting(each: ScenarioResult, most: float) -> ScenarioResult:
        measures = [Measure(name="most updates", value=most, unit="count")]
        found = Finding(expectation="updates", outcome=Outcome.PASSED, text="", at=1.0, measures=measures)
        return msgspec.structs.replace(each, verdict=msgspec.structs.replace(each.verdict, findings=[found]))

    run = run_of(tmp_path, counting(result(), 12), counting(result(NO_FAULT), 2), result("one-replica"))
    assert [each.proof.text for each in run.scenarios if each.proof] == [
        f"{SEEN}; most updates 12, without its faults 2"
    ]


def test_a_run_that_tried_no_twin_says_nothing_of_it_on_the_terminal(tmp_path: Path) -> None:
    """Nobody asked; results.json says that it was not seen all the same."""
    run = run_of(tmp_path, result())
    assert "proved" not in summary(run, reports={})
    assert run.scenarios[0].proof is not None
    assert run.scenarios[0].proof.text == "this check has not been seen to fail: its broken twins were not run"


@pytest.mark.parametrize(
    ("control", "held", "words"),
    [
        (NO_FAULT, True, "without its faults it was quiet"),
        (NO_FAULT, False, "without its faults it raised an alarm"),
        ("one-replica", False, "the broken twin did not fail as declared"),
    ],
)
def test_a_twin_says_what_it_did(control: str, held: bool, words: str) -> None:
    """A run without faults is no broken twin."""
    assert reason(result(control, held=held)).startswith(words)


def test_a_run_without_faults_that_is_undecided_is_no_alarm() -> None:
    """The cluster may have died; nothing is said of the check."""
    undecided = Verdict(outcome=Outcome.INCONCLUSIVE, findings=[], doubts=["the cluster died"])
    told = msgspec.structs.replace(result(NO_FAULT, held=False), verdict=undecided)
    assert reason(told).startswith("without its faults it is undecided")


def test_a_line_of_a_run_without_faults_speaks_of_no_healing() -> None:
    """Nothing had to heal."""
    assert "healed" not in scenario_line(result(NO_FAULT))
    assert "quiet" in scenario_line(result(NO_FAULT))


def test_a_scenario_without_a_declared_twin_is_found(tmp_path: Path) -> None:
    """`healproof prove` does not pass with it."""
    run = run_of(tmp_path, result(declared=False), result(NO_FAULT))
    assert undeclared(run) == [result().name]
    assert undeclared(proved(tmp_path / "other")) == []


def allure_results(folder: Path, run: RunResult) -> None:
    """What allure-pytest leaves of each scenario, as far as it matters here."""
    for number, each in enumerate(run.scenarios):
        labels = [
            {"name": "package"},
            {"name": "epic", "value": "healproof"},
            {"name": IDENTITY, "value": identity_of(each)},
        ]
        written = {"name": each.name, "labels": labels, "descriptionHtml": f"<div><p>{each.why}</p><img src='x'></div>"}
        (folder / f"{number}-result.json").write_text(json.dumps(written))


def described(folder: Path) -> list[str]:
    return [json.loads(path.read_text())["descriptionHtml"] for path in sorted(folder.glob("*-result.json"))]


def test_allure_says_the_same_words_in_the_description(tmp_path: Path) -> None:
    """Only of the scenario itself; written twice it says it once, and what was there stays."""
    run = proved(tmp_path / "run")
    allure_results(tmp_path, run)
    before = described(tmp_path)
    write_proofs(tmp_path, run)
    once = described(tmp_path)
    write_proofs(tmp_path, run)
    assert described(tmp_path) == once
    (changed,) = [html for html in once if html not in before]
    assert changed.count(SEEN) == 1
    assert changed.endswith(before[0])


def repeated(folder: Path, *outcomes: Outcome) -> RunResult:
    results: list[Any] = []
    for number, outcome in enumerate(outcomes, start=1):
        each = result(repetition=number)
        results.append(msgspec.structs.replace(each, verdict=msgspec.structs.replace(each.verdict, outcome=outcome)))
    return run_of(folder, *results)


def test_every_report_says_the_same_of_repetitions(tmp_path: Path) -> None:
    """results.json has the numbers, the terminal and Allure the same sentences made of them."""
    run = repeated(tmp_path / "run", Outcome.PASSED, Outcome.FAILED, Outcome.PASSED)
    (told,) = read_results(tmp_path / "run").repetitions
    assert (told.count, told.outcomes, told.steadiness) == (3, {"passed": 2, "failed": 1}, Steadiness.FLAKY)
    sentences = [repetitions_words(told), *map(distribution_words, told.distributions)]
    assert len(sentences) == 2
    text = summary(run, reports={}, width=300)
    assert all(sentence in text for sentence in sentences)
    allure_results(tmp_path, run)
    write_proofs(tmp_path, run)
    assert all(sentence in html for html in described(tmp_path) for sentence in sentences)


def test_repetitions_have_names_of_their_own_everywhere(tmp_path: Path) -> None:
    """No reader folds two runs into one."""
    run = repeated(tmp_path, Outcome.PASSED, Outcome.PASSED)
    names = [case.get("name") for case in samples.parse(junit_xml(run)).iter("testcase")]
    assert names == [f"{result().name}[#1]", f"{result().name}[#2]"]
    assert len({identity_of(each) for each in run.scenarios}) == 2
    assert [line.split()[1][-4:] for line in map(scenario_line, run.scenarios)] == ["[#1]", "[#2]"]
