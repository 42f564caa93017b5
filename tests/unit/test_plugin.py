"""What the pytest plugin promises: scenario files are tests like any other, and without them it does nothing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import hypothesis.core
import pytest
import sample_scenarios
from ruamel.yaml import YAML

from harness.registry import EXPECTATIONS, FAULTS

pytest_plugins = ["pytester"]
IMPORTED = (hypothesis.__name__, *FAULTS, *EXPECTATIONS)
"""What pytester would import anew in each run, and forget after it: half a second each, and types without a module."""

STAGE = '''
"""An arena without a cluster: names decide the verdicts."""
import os
from pathlib import Path
import pytest
from harness.model.result import ScenarioResult
from harness.model.verdict import Finding, Outcome, Verdict
from harness.plugin import OPTIONS
from harness.session import Outcomes

class Arena:
    def __init__(self, config):
        self.options = config.stash[OPTIONS]
        self.worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")

    def run(self, scenario, *, node_id="", control="", repetition=0):
        words = {"broken": Outcome.FAILED, "unsure": Outcome.INCONCLUSIVE, "skipped": Outcome.SKIPPED}
        outcome = next((o for word, o in words.items() if word in scenario.name), Outcome.PASSED)
        finding = Finding(expectation="recovers", outcome=outcome, text="so it was", at=1.0, last_seen="2 of 3 ready")
        with Path("ran.txt").open("a") as ran:
            ran.write(f"{node_id} {control} {self.options.run} {self.options.seed} {self.worker}\\n")
        result = ScenarioResult(
            name=scenario.name, node_id=node_id, why="", severity="normal", rows=[], seconds=1.0, started_at="",
            verdict=Verdict(outcome=outcome, findings=[finding]), scenario={}, control=control,
            skip_reason="no cluster" if outcome is Outcome.SKIPPED else "",
            control_held=outcome is Outcome.FAILED if control else None,
        )
        return Outcomes(result, [])

@pytest.fixture(scope="session")
def arena(request):
    return Arena(request.config)
'''
FAULT = {"pod-delete": {"select": "app=web"}}
DRAIN = {"node-drain": {"hosting": "app=web"}}
CONTROL = {"one-replica": {"patch": {"deployment/web": {"spec": {"replicas": 1}}}, "fails": ["recovers"]}}


def document(name: str, **fields: Any) -> dict[str, Any]:
    """A scenario as it is written."""
    promise = {"recovers": {"of": "deployment/web", "within": "30s", "hold": "3s"}}
    return {
        "scenario": name,
        "why": "It must.",
        "workload": "web.yaml",
        "faults": [FAULT],
        "expect": [promise],
        **fields,
    }


def write(folder: Path, name: str, *documents: dict[str, Any]) -> Path:
    """A scenario file beside its workload."""
    yaml = YAML()
    for file, content in ((name, documents), ("web.yaml", sample_scenarios.workload())):
        stream = io.StringIO()
        yaml.dump_all(content, stream)
        (folder / file).write_text(stream.getvalue())
    return folder / name


@pytest.fixture
def stage(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder in which scenarios need no cluster."""
    pytester.makeconftest(STAGE)
    return pytester


def ran(stage: pytest.Pytester) -> list[list[str]]:
    """Node id, control, run, seed and worker of each scenario that ran, in that order."""
    return [line.split(" ") for line in (stage.path / "ran.txt").read_text().splitlines()]


def test_without_scenarios_the_plugin_does_nothing(pytester: pytest.Pytester) -> None:
    """No folder, no summary, no marker to know: an ordinary test run is what it was."""
    pytester.makepyfile("def test_nothing(): pass")
    (pytester.path / "values.yaml").write_text("replicas: 3\n")
    done = pytester.runpytest("-p", "no:cacheprovider", "--strict-markers", "-W", "error")
    done.assert_outcomes(passed=1)
    done.stdout.no_fnmatch_line("*healproof*=*")
    assert not (pytester.path / "reports").exists()


def test_every_scenario_of_a_file_is_a_test_with_its_name(stage: pytest.Pytester) -> None:
    """The node id is the file and the scenario, and selects it."""
    write(stage.path, "lost.yaml", document("first"), document("second"))
    listed = stage.runpytest("--collect-only", "-q")
    listed.stdout.fnmatch_lines(["lost.yaml::first", "lost.yaml::second"])
    assert not (stage.path / "reports").exists()
    stage.runpytest("lost.yaml::second").assert_outcomes(passed=1)
    assert [line[0] for line in ran(stage)] == ["lost.yaml::second"]


def test_other_yaml_is_left_alone(stage: pytest.Pytester) -> None:
    """A workload beside the scenarios is not collected, nor is a file that is no YAML at all."""
    write(stage.path, "lost.yml", document("first"))
    (stage.path / "other.yaml").write_text("{ not yaml\n")
    stage.runpytest().assert_outcomes(passed=1)


def test_tags_are_markers_and_names_are_keywords(stage: pytest.Pytester) -> None:
    """`-m` and `-k` select as they do for any test, also with strict markers."""
    write(stage.path, "lost.yaml", document("first", tags=["quick"]), document("second", tags=["nightly"]))
    stage.runpytest("--strict-markers", "-m", "quick").assert_outcomes(passed=1, deselected=1)
    stage.runpytest("-k", "second").assert_outcomes(passed=1, deselected=1)
    assert [line[0] for line in ran(stage)] == ["lost.yaml::first", "lost.yaml::second"]


def test_a_mistake_in_a_file_is_shown_with_its_line_and_without_a_traceback(stage: pytest.Pytester) -> None:
    """The file, the line, the value and what is accepted; other files run on request."""
    write(stage.path, "lost.yaml", document("first", faults=[{"pod-delte": {"select": "app=web"}}]))
    done = stage.runpytest()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*lost.yaml:5: unknown fault `pod-delte`*pod-delete*"])
    done.stdout.no_fnmatch_line("*Traceback*")
    write(stage.path, "good.yaml", document("good"))
    stage.runpytest("--continue-on-collection-errors").assert_outcomes(passed=1, errors=1)


def test_a_verdict_is_a_test_result(stage: pytest.Pytester) -> None:
    """Failed and undecided fail the test, each with its explanation and without a traceback; skipped is skipped."""
    names = ("good", "broken", "unsure", "skipped")
    write(stage.path, "lost.yaml", *(document(name) for name in names))
    done = stage.runpytest("-rs")
    done.assert_outcomes(passed=1, failed=2, skipped=1)
    done.stdout.fnmatch_lines(
        ["failed: so it was", "*last seen: 2 of 3 ready", "*inconclusive: so it was", "*no cluster*"]
    )
    done.stdout.no_fnmatch_line("*Traceback*")


def test_broken_twins_run_on_request_only(stage: pytest.Pytester) -> None:
    """With --healproof-controls each is a test beside its scenario, and here one of two fails as it must."""
    write(stage.path, "lost.yaml", document("good", control=CONTROL), document("broken", control=CONTROL))
    stage.runpytest("--collect-only", "-q").stdout.no_fnmatch_line("*one-replica*")
    done = stage.runpytest("--healproof-controls", "-v")
    done.stdout.fnmatch_lines(
        ["*::good PASSED*", "*::good?one-replica? FAILED*", "*::broken FAILED*", "*::broken?one-replica? PASSED*"]
    )


def test_to_prove_is_to_run_a_scenario_in_all_its_ways(stage: pytest.Pytester) -> None:
    """With --healproof-prove each scenario runs as it is, without its faults, and over each broken twin."""
    write(stage.path, "lost.yaml", document("good", control=CONTROL), document("bare"))
    listed = stage.runpytest("--collect-only", "-q", "--healproof-prove")
    names = ["good", "good?no-fault?", "good?one-replica?", "bare", "bare?no-fault?"]
    listed.stdout.fnmatch_lines([f"lost.yaml::{name}" for name in names])


def test_a_twin_that_takes_the_control_plane_down_comes_last(stage: pytest.Pytester) -> None:
    """Its scenario shares the cluster, it does not; and the one without faults shares it although its scenario not."""
    off = {"faults": [{"component-down": {"part": "kube-controller-manager"}}], "fails": ["recovers"]}
    write(stage.path, "a.yaml", document("drain", faults=[DRAIN]), document("lost", control={"healing-off": off}))
    stage.runpytest("--healproof-prove")
    order = ["drain[no-fault]", "lost", "lost[no-fault]", "drain", "lost[healing-off]"]
    assert [line[0].rpartition("::")[2] for line in ran(stage)] == order


def test_repetitions_are_tests_of_their_own(stage: pytest.Pytester) -> None:
    """With --healproof-repeat each scenario, and each twin, is so many tests with a number; one is as without."""
    write(stage.path, "lost.yaml", document("good", control=CONTROL))
    done = stage.runpytest("--healproof-repeat=2", "--healproof-controls", "-v")
    names = ["good?#1?", "good?#2?", "good?one-replica#1?", "good?one-replica#2?"]
    done.stdout.fnmatch_lines([f"*::{name} *" for name in names])
    once = stage.runpytest("--collect-only", "-q", "--healproof-repeat=1")
    once.stdout.fnmatch_lines(["lost.yaml::good"])


@pytest.mark.parametrize("written", ["0", "-1", "1001", "often", "1.5"])
def test_a_number_of_repetitions_that_makes_no_sense_is_refused(stage: pytest.Pytester, written: str) -> None:
    """With the value and what is accepted."""
    done = stage.runpytest(f"--healproof-repeat={written}")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    accepted = "accepted is a whole number from 1 to 1000"
    done.stderr.fnmatch_lines([f"*--healproof-repeat: '{written}' is not accepted; {accepted}*"])


def test_a_python_test_names_its_twins(stage: pytest.Pytester) -> None:
    """The marker says which; they run on request only, and a test without it is left alone."""
    stage.makepyfile("""
        import pytest

        @pytest.mark.healproof_controls("one-replica")
        def test_in_python(arena, control):
            assert control in ("", "no-fault", "one-replica")

        @pytest.mark.parametrize("control", ["mine"])
        def test_of_somebody_else(control):
            assert control == "mine"
    """)
    stage.runpytest("--strict-markers").assert_outcomes(passed=2)
    stage.runpytest("--healproof-controls").assert_outcomes(passed=3)
    stage.runpytest("--healproof-prove").assert_outcomes(passed=4)


def test_what_holds_the_cluster_alone_comes_last(stage: pytest.Pytester) -> None:
    """Scenarios that share the cluster run first, in their order."""
    write(stage.path, "a.yaml", document("drain", faults=[DRAIN]), document("first"), document("second"))
    stage.runpytest().assert_outcomes(passed=3)
    assert [line[0].rpartition("::")[2] for line in ran(stage)] == ["first", "second", "drain"]


def test_a_python_test_takes_the_same_arena(stage: pytest.Pytester) -> None:
    """The fixture `arena` is all that a test in Python needs."""
    write(stage.path, "lost.yaml", document("in-yaml"))
    stage.makepyfile("""
        from pathlib import Path
        from harness.load import load_file

        def test_in_python(arena):
            (scenario,) = load_file(Path("lost.yaml"))
            arena.run(scenario, node_id="python").require()
    """)
    stage.runpytest().assert_outcomes(passed=2)
    assert sorted(line[0] for line in ran(stage)) == ["lost.yaml::in-yaml", "python"]


def test_workers_share_the_run_and_its_seed(stage: pytest.Pytester) -> None:
    """With -n 2 both workers get the run's name and seed from the controller."""
    write(stage.path, "lost.yaml", *(document(f"scenario-{number}") for number in range(6)))
    stage.makeconftest(
        STAGE + "\n\ndef pytest_xdist_setupnodes(config):\n    config.stash[OPTIONS] = config.stash[OPTIONS]\n"
    )
    done = stage.runpytest_subprocess(
        "-n", "2", "--dist", "load", "--healproof-seed=7", "--healproof-per-worker", "-p", "no:cacheprovider"
    )
    done.assert_outcomes(passed=6)
    lines = ran(stage)
    assert {line[4] for line in lines} == {"gw0", "gw1"}
    assert len({line[2] for line in lines}) == 1
    assert {line[3] for line in lines} == {"7"}


def test_a_wrong_option_is_a_usage_error(stage: pytest.Pytester) -> None:
    """Exit code 4 of pytest's own, with the value and what is accepted."""
    done = stage.runpytest("--healproof-seed=soon")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["*--healproof-seed: 'soon' is not accepted; accepted is a whole number*"])


def test_a_run_without_a_cluster_ends_with_what_is_wrong(pytester: pytest.Pytester) -> None:
    """No scenario is called failed because there is no such cluster; the run ends with the error's own code."""
    write(pytester.path, "lost.yaml", document("first"), document("second"))
    done = pytester.runpytest("--healproof-cluster=no-such-cluster")
    done.stdout.fnmatch_lines(["*--healproof-cluster: 'no-such-cluster' is not accepted; accepted is one of*"])
    assert done.ret == 2
    assert done.parseoutcomes().get("failed", 0) == 0
