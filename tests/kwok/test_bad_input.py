"""What users get wrong, and clusters that die: real commands, their exit codes, and what every report says of them."""

from __future__ import annotations

import json
import os
import re
import signal
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from real_runs import Ended, Ground, nothing_left, workload, write_scenario

from harness.kube import actions
from harness.machine.progress import Silent
from harness.model.errors import Exit
from harness.providers import catalogue
from harness.providers.processes import Identity

pytestmark = [pytest.mark.kwok, pytest.mark.slow]

LOST = [{"pod-delete": {"select": "app=web"}}]
HEALS = [{"recovers": {"of": "deployment/web", "within": "20s", "hold": "1s"}}]
WEB = workload("web", deployment={"spec": {"minReadySeconds": 0}})
MINE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "mine"}}
ALLURE_WORDS = {"passed": "passed", "failed": "failed", "inconclusive": "broken", "skipped": "skipped"}


class Report(NamedTuple):
    """A run that ended, and what each of its reports says of each scenario."""

    ended: Ended
    results: dict[str, str]
    junit: dict[str, str]
    allure: dict[str, str]
    doubts: str


def report(ground: Ground, paths: list[Path], *words: str) -> Report:
    before = set((ground.folder / "reports").glob("2*"))
    ended = ground.run(*map(str, paths), *words).wait()
    (folder,) = set((ground.folder / "reports").glob("2*")) - before
    scenarios = json.loads((folder / "results.json").read_text())["scenarios"]
    results = {named(scenario): outcome(scenario) for scenario in scenarios}
    return Report(ended, results, junit(folder), allure(folder), json.dumps(scenarios))


def named(scenario: dict[str, Any]) -> str:
    return f"{scenario['name']}[{scenario['control']}]" if scenario.get("control") else str(scenario["name"])


def outcome(scenario: dict[str, Any]) -> str:
    if scenario.get("control"):
        return "passed" if scenario["control_held"] else "failed"
    return str(scenario["verdict"]["outcome"])


def junit(folder: Path) -> dict[str, str]:
    words = {"failure": "failed", "error": "inconclusive", "skipped": "skipped"}
    cases = ET.parse(folder / "junit.xml").getroot().iter("testcase")  # noqa: S314 - our own file
    return {
        case.attrib["name"]: next((words[child.tag] for child in case if child.tag in words), "passed")
        for case in cases
    }


def allure(folder: Path) -> dict[str, str]:
    """The status by scenario; a twin is told from its scenario by Allure's own full name or parameters."""
    found = {}
    for path in (folder / "allure-results").glob("*-result.json"):
        result = json.loads(path.read_text())
        found[result["name"]] = result["status"]
    return found


@pytest.fixture
def scenario(tmp_path: Path) -> Callable[..., Path]:
    """Writes a scenario file about the web workload."""

    def write(name: str, faults: object = LOST, expect: object = HEALS, **more: object) -> Path:
        return write_scenario(tmp_path, name, WEB, faults, expect, **more)  # type: ignore[arg-type]

    return write


def test_a_run_in_which_all_pass_ends_with_0_twins_included(kwok_ground: Ground, scenario: Callable[..., Path]) -> None:
    """A twin that fails as declared counts as passed, and every report agrees."""
    twin = {"alone": {"patch": {"deployment/web": {"spec": {"replicas": 1}}}, "fails": ["never-below"]}}
    never = [*HEALS, {"never-below": {"of": "deployment/web", "ready": 2}}]
    said = report(kwok_ground, [scenario("heals", LOST, never, control=twin)], "--controls")
    assert said.ended.code == Exit.PASSED, said.ended.text
    assert said.results == {"heals": "passed", "heals[alone]": "passed"}
    assert said.junit == said.results
    assert set(said.allure.values()) == {"passed"}
    nothing_left(kwok_ground)


def test_a_broken_promise_ends_with_1(kwok_ground: Ground, scenario: Callable[..., Path]) -> None:
    """One failed scenario decides, whatever else passed or stayed undecided; each report says the same of each."""
    impossible = [{"never-below": {"of": "deployment/web", "ready": 3}}]
    paths = [
        scenario("broken", LOST, impossible),
        scenario("nobody", [{"pod-delete": {"select": "app=nobody"}}]),
        scenario("needs-more", LOST, HEALS, needs=["containers"]),
        scenario("fine"),
    ]
    said = report(kwok_ground, paths)
    assert said.ended.code == Exit.FAILED, said.ended.text
    assert said.results == {
        "broken": "failed", "nobody": "inconclusive", "needs-more": "skipped", "fine": "passed",
    }  # fmt: skip
    assert said.junit == said.results
    assert said.allure == {name: ALLURE_WORDS[outcome] for name, outcome in said.results.items()}
    nothing_left(kwok_ground)


def test_a_selector_that_matches_nothing_is_undecided(kwok_ground: Ground, scenario: Callable[..., Path]) -> None:
    """Nothing was injected, so nothing is said of the workload: exit code 4, the labels named, the namespace gone."""
    said = report(kwok_ground, [scenario("nobody", [{"pod-delete": {"select": "app=nobody"}}])])
    assert said.ended.code == Exit.UNDECIDED, said.ended.text
    assert said.results == {"nobody": "inconclusive"}
    assert "app=nobody matches 0 pods" in said.doubts
    assert "app=nobody matches 0 pods" in said.ended.text
    nothing_left(kwok_ground)


def test_malformed_scenarios_are_refused_with_their_lines(kwok_ground: Ground, scenario: Callable[..., Path]) -> None:
    """Exit code 2 before anything is touched, with file, line, the value and what would be accepted, for each file."""
    wrong = {
        scenario("unknown-fault", [{"pod-delte": {"select": "app=web"}}]): ("pod-delte", "pod-delete"),
        scenario("no-pods", [{"pod-delete": {"select": "app=web", "count": 0}}]): ("count", "0", "at least 1"),
        scenario("no-promise", LOST, []): ("`expect`",),
        scenario("typo", LOST, [{"recovers": {"of": "deployment/webb", "within": "9s"}}]): ("deployment/webb", "web"),
    }
    fine = scenario("fine")
    ended = kwok_ground.run(str(fine), *map(str, wrong)).wait()
    assert ended.code == Exit.USAGE, ended.text
    for path, words in wrong.items():
        (line,) = (line for line in ended.text.splitlines() if re.search(rf"{path.name}:\d+: ", line))
        assert [word for word in words if word not in line] == []
    assert "fine: prepare" not in ended.text
    nothing_left(kwok_ground)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--healproof-namespaces=mine",), ("no context was named", "kube-tests")),
        (("--healproof-context=kube-tests",), ("no namespace", "kube-tests")),
        (("--healproof-context=other", "--healproof-namespaces=mine"), ("other", "kube-tests")),
        (("--healproof-context=kube-tests", "--healproof-namespaces=absent"), ("absent", "does not exist")),
        (("--healproof-context=kube-tests", "--healproof-namespaces=kube-system"), ("kube-system", "protected")),
    ],
)
def test_a_cluster_of_others_is_touched_only_where_it_was_named(
    kwok_ground: Ground, scenario: Callable[..., Path], options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """Without the context, or with a namespace that was not allowed: exit code 2 and not one write."""
    audit = Path(kwok_ground.record.audit_log or "")
    before = writes(audit)
    ended = foreign(kwok_ground, scenario("foreign"), *options)
    assert ended.code == Exit.USAGE, ended.text
    for word in words:
        assert word in ended.text
    assert writes(audit) == before


def test_an_allowed_namespace_is_left_as_it_was(kwok_ground: Ground, scenario: Callable[..., Path]) -> None:
    """On a cluster of others only the workload comes, and goes again; what was there stays."""
    ground = kwok_ground
    actions.apply(ground.client, MINE)
    keep = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "keep"}}
    actions.apply(ground.client, keep, "mine")
    named_ = ("--healproof-context=kube-tests", "--healproof-namespaces=mine")
    ended = foreign(ground, scenario("allowed"), *named_)
    assert ended.code == Exit.PASSED, ended.text
    assert ground.listed("deployments", "mine") == []
    assert ground.listed("poddisruptionbudgets", "mine") == []
    assert "keep" in {item["metadata"]["name"] for item in ground.listed("configmaps", "mine")}
    nothing_left(ground)


def test_nodes_of_others_are_refused_and_the_refusal_is_reported(
    kwok_ground: Ground, scenario: Callable[..., Path]
) -> None:
    """Without node access no node is touched; the scenario is undecided, and every report says which guard said no."""
    actions.apply(kwok_ground.client, MINE)
    audit = Path(kwok_ground.record.audit_log or "")
    nodes_before = len(node_writes(audit))
    path = scenario("foreign-node", [{"node-drain": {"hosting": "app=web"}}])
    ended = foreign(kwok_ground, path, "--healproof-context=kube-tests", "--healproof-namespaces=mine")
    assert ended.code == Exit.UNDECIDED, ended.text
    assert "faults on its nodes were not allowed" in ended.text
    assert node_writes(audit)[nodes_before:] == []
    nothing_left(kwok_ground)


def test_a_cluster_that_does_not_answer_ends_with_3(kwok_ground: Ground, tmp_path: Path) -> None:
    """The harness says which server it could not reach; nothing is said of any scenario."""
    config = tmp_path / "config"
    text = Path(kwok_ground.record.kubeconfig).read_text()
    config.write_text(text.replace(kwok_ground.client.server, "https://127.0.0.1:9"))
    path = write_scenario(tmp_path, "unreachable", WEB, LOST, HEALS)
    options = ("--healproof-context=kube-tests", "--healproof-namespaces=default")
    ended = foreign(kwok_ground, path, *options, kubeconfig=config)
    assert ended.code == Exit.BROKEN, ended.text
    assert "127.0.0.1:9" in ended.text


@pytest.fixture
def doomed(kwok_ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """A second cluster, to be broken."""
    monkeypatch.setenv("XDG_STATE_HOME", str(kwok_ground.state))
    record = catalogue.up("kwok", "default", name="doomed", progress=Silent())
    yield kwok_ground._replace(record=record)
    if catalogue.load_record("doomed") is not None:
        catalogue.down("doomed")


def test_a_cluster_that_dies_half_way_decides_nothing(doomed: Ground, scenario: Callable[..., Path]) -> None:
    """The verdict is inconclusive, the journal keeps what could not be undone, `recover` says what to do, then does."""
    slow = [{"recovers": {"of": "deployment/web", "within": "30s", "hold": "20s"}}]
    live = doomed.run(str(scenario("dies", [{"node-drain": {"hosting": "app=web"}}], slow)))
    doomed.await_intent("node-drain", live)
    os.kill(Identity.parse(doomed.record.facts["kube-apiserver"]).pid, signal.SIGKILL)
    ended = live.wait()
    assert ended.code in (Exit.BROKEN, Exit.UNDECIDED), ended.text
    assert "inconclusive" in ended.text
    assert {intent.what for intent in doomed.pending()} == {"namespace", "node-drain"}
    said = doomed.healproof("recover")
    assert said.code == Exit.BROKEN
    assert "healproof recover" in said.text
    assert doomed.healproof("down", "doomed").code == 0
    gone = doomed.healproof("recover")
    assert (gone.code, "is gone" in gone.text) == (0, True)
    assert doomed.journals() == []


def foreign(ground: Ground, path: Path, *options: str, kubeconfig: Path | None = None) -> Ended:
    """`healproof run` on the cluster as if it were somebody else's."""
    words = ("run", "--cluster", "kubeconfig", "--reports", str(ground.folder / "reports"), str(path))
    return ground.healproof(*words, "--", f"--healproof-kubeconfig={kubeconfig or ground.record.kubeconfig}", *options)


def writes(audit: Path) -> list[str]:
    entries = [json.loads(line) for line in audit.read_text().splitlines()]
    return [entry["requestURI"] for entry in entries if entry.get("userAgent", "").startswith("healproof")]


def node_writes(audit: Path) -> list[str]:
    return [uri for uri in writes(audit) if "/v1/nodes" in uri]
