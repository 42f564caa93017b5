"""Allure, JUnit, JSON and the terminal say the same of every verdict, whatever a run looks like."""

import re

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from harness.model.advice import Advice
from harness.model.diagnosis import Layer, Named
from harness.model.explained import Explained
from harness.model.result import RunResult, ScenarioResult, Stage
from harness.model.timeline import Phase
from harness.model.verdict import Finding, Measure, Outcome, Verdict
from harness.report.junit import junit_xml
from harness.report.redact import printable
from harness.report.results import read_results, write_results
from harness.report.svg import SIGNS, timeline_svg
from harness.report.terminal import scenario_line, summary
from harness.report.words import reason

from . import samples

NUMBERS = st.floats(0, 1e5, allow_nan=False).map(lambda value: round(value, 3))
TEXTS = st.text(max_size=60)
MEASURES = st.builds(
    Measure,
    name=st.sampled_from(["recovery", "availability", "lowest ready"]),
    value=NUMBERS,
    unit=st.sampled_from(["seconds", "share", "count"]),
    error=NUMBERS,
    censored=st.booleans(),
)
FINDINGS = st.builds(
    Finding,
    expectation=st.sampled_from(["recovers", "available", "never-below"]),
    outcome=st.sampled_from([Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE]),
    text=TEXTS,
    at=NUMBERS,
    last_seen=TEXTS,
    difference=TEXTS,
    measures=st.lists(MEASURES, max_size=2),
)
VERDICTS = st.builds(
    Verdict,
    outcome=st.sampled_from(Outcome),
    findings=st.lists(FINDINGS, max_size=3),
    doubts=st.lists(TEXTS, max_size=2),
)
CAUSES = st.builds(
    Named,
    cause=st.from_regex(r"[a-z][a-z-]{0,20}", fullmatch=True),
    layer=st.sampled_from(["", *Layer]),
    object=st.from_regex(r"[a-z]{3,9}/[a-z0-9-]{1,20}", fullmatch=True),
    confidence=st.floats(0, 1),
    evidence=st.lists(TEXTS, max_size=2),
    advice=st.lists(st.builds(Advice, text=TEXTS), max_size=2),
)
SCENARIOS = st.builds(
    ScenarioResult,
    name=st.from_regex(r"[a-z][a-z0-9-]{0,60}", fullmatch=True),
    node_id=TEXTS,
    why=TEXTS,
    severity=st.sampled_from(["critical", "minor"]),
    rows=st.lists(st.integers(0, 99), max_size=3),
    verdict=VERDICTS,
    seconds=NUMBERS,
    started_at=st.just("2026-11-22T10:00:00Z"),
    scenario=st.just({"scenario": "x"}),
    stages=st.lists(st.builds(Stage, name=TEXTS, began=NUMBERS, seconds=NUMBERS), max_size=2),
    skip_reason=TEXTS,
    control=st.sampled_from(["", "one-replica"]),
    control_held=st.none() | st.booleans(),
    diagnosis=st.none() | st.builds(Explained, causes=st.lists(CAUSES, max_size=3), moment=st.just("at the end")),
)
RUNS = st.lists(SCENARIOS, max_size=5).map(
    lambda scenarios: RunResult(
        run="r", started_at="2026-11-22T10:00:00Z", seconds=1.5, harness_version="0.1.0", scenarios=scenarios
    )
)
JUNIT = {"failure": Outcome.FAILED, "error": Outcome.INCONCLUSIVE, "skipped": Outcome.SKIPPED}


def junit_outcome(case):
    return next((JUNIT[child.tag] for child in case if child.tag in JUNIT), Outcome.PASSED)


@given(RUNS)
def test_every_report_gives_the_same_outcomes(tmp_path_factory, run):
    """The outcome of each scenario is the same in results.json, junit.xml and on the terminal."""
    expected = [result.outcome for result in run.scenarios]
    cases = list(samples.parse(junit_xml(run)).iter("testcase"))
    folder = tmp_path_factory.mktemp("run")
    write_results(folder, run)
    assert [result.outcome for result in read_results(folder).scenarios] == expected
    assert [junit_outcome(case) for case in cases] == expected
    assert [scenario_line(result).split()[0] for result in run.scenarios] == [str(outcome) for outcome in expected]


@given(RUNS)
def test_every_report_gives_the_same_counts(run):
    """How many passed, failed, stayed undecided or were skipped is the same everywhere."""
    suite = samples.parse(junit_xml(run)).find("testsuite")
    names = {"failures": "failed", "errors": "inconclusive", "skipped": "skipped"}
    assert {name: int(suite.get(key)) for key, name in names.items()} == {n: run.counts[n] for n in names.values()}
    text = summary(run, reports={})
    for outcome, count in run.counts.items():
        found = re.search(rf"(\d+) {outcome}", text.splitlines()[-1])
        assert (int(found[1]) if found else 0) == count


@given(SCENARIOS)
def test_junit_gives_the_reason_that_the_other_reports_give(result):
    """The one-line reason is the same sentence everywhere."""
    run = msgspec.structs.replace(samples.run_result(), scenarios=[result])
    case = samples.parse(junit_xml(run)).find(".//testcase")
    child = next((child for child in case if child.tag in JUNIT), None)
    if child is not None:
        plain = re.sub(r"\s", " ", printable(reason(result)))
        assert re.sub(r"\s", " ", child.get("message")) == plain


@given(SCENARIOS)
def test_every_report_names_the_same_cause(tmp_path_factory, result):
    """The likeliest cause is the same in results.json, junit.xml and on the terminal, and none is named without one."""
    run = msgspec.structs.replace(samples.run_result(), scenarios=[result])
    folder = tmp_path_factory.mktemp("run")
    write_results(folder, run)
    told = read_results(folder).scenarios[0].diagnosis
    names = [cause.cause for cause in told.causes[:1]] if told else []
    facts = [p.get("value") for p in samples.parse(junit_xml(run)).iter("property") if p.get("name") == "cause"]
    assert facts == names
    lines = summary(run, reports={}, width=500).splitlines()
    if result.outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE):
        said = [line.split()[1] for line in lines if line.startswith("  cause: ")]
        assert said == (names or (["none:"] if told else []))


@given(VERDICTS)
def test_the_picture_shows_the_verdict_of_any_shape(verdict):
    """Any verdict can be drawn over any timeline, with its outcome as a word and a sign."""
    picture = timeline_svg([Phase(t=0.0, name="baseline"), Phase(t=2.0, name="stop")], verdict)
    words = "".join(samples.parse(picture).itertext())
    assert f"{SIGNS[verdict.outcome]}  {verdict.outcome}" in words
