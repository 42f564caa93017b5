"""`healproof advise`: what is printed and written, and the exit code. No cluster is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from ruamel.yaml import YAML

from harness.cli import main
from harness.commands.verify_advice import Tried, advised, before_and_after, exit_of, failed_in
from harness.expect.never_below import NeverBelow
from harness.expect.recovers import Recovers
from harness.faults.pod_delete import PodDelete
from harness.gather.scene_file import write_scene
from harness.model.errors import BadInput, Exit
from harness.model.full.workloads import DisruptionBudget, Workload
from harness.model.objects import LEAN_TYPES
from harness.model.result import ScenarioResult
from harness.model.scenario import Scenario
from harness.model.scene import FULL_TYPES, Scene
from harness.model.timeline import Broken, Change, Header, Phase
from harness.model.units import Ref, Seconds, Selector
from harness.model.verdict import Finding, Measure, Outcome, Verdict
from harness.report.advice import verified_data, verified_text
from harness.session import Outcomes

ROOT = Path(__file__).parents[2]


def saved(folder: Path, *, broken: bool) -> Path:
    """A scene in a file; broken, its Deployment asks for no pod and its budget for three."""
    objects: dict[str, list[object]] = {plural: [] for plural in FULL_TYPES}
    web = {
        "metadata": {"name": "web", "namespace": "shop", "uid": "u-web"},
        "spec": {"replicas": 0, "template": {"metadata": {"labels": {"app": "web"}}}},
    }
    objects["deployments"] = [msgspec.convert(web, Workload)] if broken else []
    budget = {"metadata": {"name": "web"}, "spec": {"selector": {"matchLabels": {"app": "web"}}, "minAvailable": 3}}
    objects["poddisruptionbudgets"] = [msgspec.convert(budget, DisruptionBudget)]
    write_scene(Scene(namespace="shop", at=1772712005.0, objects=objects), folder / "scene.json")
    return folder / "scene.json"


def test_it_leads_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Then the patch as YAML and the command that takes it, then why; 1 as something is wrong."""
    assert main(["advise", str(saved(tmp_path, broken=True))]) == 1
    text = capsys.readouterr().out
    wanted = (
        "1. scaled-down: deployment/web",
        "do    Scale deployment/web from 0 to 4 pods again",
        "replicas: 4",
        "$ kubectl -n shop patch deployment/web --type=strategic",
        "why   A workload was scaled down by hand",
        "seen  it asks for 0 pods",
    )
    places = [text.find(each) for each in wanted]
    assert -1 not in places, text
    assert places == sorted(places)


def test_where_nothing_is_wrong_nothing_is_advised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0."""
    assert main(["advise", str(saved(tmp_path, broken=False))]) == 0
    assert "nothing wrong was seen" in capsys.readouterr().out


def test_a_program_reads_the_same_as_of_diagnose(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One form for both commands."""
    file = str(saved(tmp_path, broken=True))
    main(["advise", file, "--json"])
    of_advise = json.loads(capsys.readouterr().out)
    main(["diagnose", file, "--json"])
    of_diagnose = json.loads(capsys.readouterr().out)
    assert of_advise["causes"] == of_diagnose["causes"]
    assert of_advise["causes"][0]["advice"][0]["patches"][0]["command"].startswith("kubectl -n shop patch")


def test_patches_are_written_as_files_that_the_commands_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One a patch, YAML that reads back as the patch."""
    folder = tmp_path / "patches"
    assert main(["advise", str(saved(tmp_path, broken=True)), "--patches", str(folder)]) == 1
    (file,) = folder.iterdir()
    assert file.name == "1-1-1-deployment-web.yaml"
    assert YAML(typ="safe").load(file) == {"spec": {"replicas": 4}}
    assert f"--patch-file={file}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--control", "one-replica"], "--control one-replica: only with --verify"),
        (["--verify", "a.yaml", "-n", "shop"], "not together with --namespace"),
        (["--verify", "a.yaml", "--patches", "p"], "not together with --patches"),
        (["--verify", "a.yaml", "--context", "prod"], "not together with --context"),
    ],
)
def test_what_does_not_go_together_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """2: above all, nothing is broken on a cluster of others."""
    assert main(["advise", *words]) == 2
    assert said in capsys.readouterr().err


def scenario(replicas: int = 1) -> Scenario:
    """A workload that loses a pod."""
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "main", "image": "web:1"}]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    return Scenario(
        name="web-heals",
        why="It must.",
        manifests=[{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}],
        faults=[PodDelete(select=Selector("app=web"))],
        expect=[Recovers(of=Ref("deployment/web"), within=Seconds(20))],
    )


def run(wanted: Scenario) -> Outcomes:
    """A world in which one replica is too few, and two are enough."""
    replicas = wanted.manifests[0]["spec"]["replicas"]
    return Outcomes(result(wanted, Outcome.FAILED if replicas < 2 else Outcome.PASSED), [])


def result(wanted: Scenario, outcome: Outcome) -> ScenarioResult:
    """What such a run leaves."""
    measure = Measure(name="recovery", value=2.5, unit="seconds", error=0.1, censored=outcome is Outcome.FAILED)
    finding = Finding(expectation="recovers", outcome=outcome, text="in 2.5 s", at=1.0, measures=[measure])
    return ScenarioResult(
        name=wanted.name,
        node_id="",
        why=wanted.why,
        severity="normal",
        rows=[],
        verdict=Verdict(outcome=outcome, findings=[finding]),
        seconds=5.0,
        started_at="2026-03-05T12:00:00Z",
        scenario=wanted.as_data(),
    )


def test_a_scenario_that_failed_is_run_again_with_the_advice_followed() -> None:
    """Only its manifests are others; before, what was changed, and after are told; 0 as it passes now."""
    ran: list[Scenario] = []

    def watched(wanted: Scenario) -> Outcomes:
        ran.append(wanted)
        return run(wanted)

    told = before_and_after(Tried(scenario(), timeline()), watched)
    assert [each.name for each in ran] == ["web-heals", "web-heals-advised"]
    assert (ran[0].faults, ran[0].expect) == (ran[1].faults, ran[1].expect)
    assert exit_of(told) is Exit.PASSED
    text = verified_text(told)
    assert text.index("before  failed") < text.index("advice against one-replica") < text.index("after   passed")
    assert "± 0.1" in text
    data = json.loads(json.dumps(verified_data(told)))
    assert (data["before"]["outcome"], data["after"]["outcome"]) == ("failed", "passed")
    assert data["after"]["recovery"]["error"] == 0.1


def test_a_scenario_that_does_not_fail_proves_nothing_of_advice() -> None:
    """4, and it is run once."""
    told = before_and_after(Tried(scenario(replicas=2), timeline()), run)
    assert told.after is None
    assert exit_of(told) is Exit.UNDECIDED


def test_advice_that_does_not_help_is_a_failure() -> None:
    """1."""
    told = before_and_after(Tried(scenario(), timeline()), lambda each: Outcomes(result(each, Outcome.FAILED), []))
    assert exit_of(told) is Exit.FAILED


def test_without_a_cause_the_manifests_are_made_fit_to_heal() -> None:
    """A second replica first, and then what only two of them need."""
    failed = result(scenario(), Outcome.FAILED).verdict
    checks = [name for name, _ in advised(scenario(), failed, timeline())]
    assert checks.index("one-replica") < checks.index("disruption-budget")
    assert "spread" in checks


def test_a_promise_that_so_few_pods_cannot_keep_is_given_as_many_as_it_takes() -> None:
    """Two must be ready at every moment and the fault takes two at once: four."""
    promise = NeverBelow(of=Ref("deployment/web"), ready=2)
    faults = [PodDelete(select=Selector("app=web"), count=2)]
    asked = msgspec.structs.replace(scenario(replicas=3), expect=[promise], faults=faults)
    finding = Finding(expectation="never-below", outcome=Outcome.FAILED, text="fell to 1", at=1.0)
    ((against, advice),) = advised(asked, Verdict(outcome=Outcome.FAILED, findings=[finding]), timeline())
    assert against == "never-below"
    assert advice.patches[0].body == {"spec": {"replicas": 4}}
    enough = msgspec.structs.replace(asked, manifests=scenario(replicas=4).manifests)
    told = advised(enough, Verdict(outcome=Outcome.FAILED, findings=[finding]), timeline())
    assert "never-below" not in [name for name, _ in told]


def test_where_requests_failed_pods_go_on_serving_before_they_stop() -> None:
    """Nodes learn later than the container that it goes; its grace period then has room for that."""
    asked = scenario(replicas=2)
    asked.manifests[0]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 5
    finding = Finding(expectation="available", outcome=Outcome.FAILED, text="97 %", at=1.0)
    ((against, advice),) = advised(asked, Verdict(outcome=Outcome.FAILED, findings=[finding]), timeline())
    assert against == "available"
    spec = advice.patches[0].body["spec"]["template"]["spec"]
    assert spec["containers"] == [{"name": "main", "lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}]
    assert spec["terminationGracePeriodSeconds"] == 10


def never_whole(wanted: Scenario) -> Outcomes:
    """A world in which an account lacks, so that no pod is made and no fault is injected."""
    if any(each["kind"] == "ServiceAccount" for each in wanted.manifests):
        return Outcomes(result(wanted, Outcome.PASSED), [])
    template = wanted.manifests[0]["spec"]["template"]
    owner = {"kind": "Deployment", "name": "web", "uid": "u", "controller": True}
    below = {"name": "web-1", "uid": "u-1", "ownerReferences": [owner]}
    said = 'pods "web-" is forbidden: error looking up service account a/robot: serviceaccount "robot" not found'
    about = {"kind": "ReplicaSet", "name": "web-1", "uid": "u-1"}
    seen = {
        "deployments": {"metadata": {"name": "web", "uid": "u"}, "spec": {"replicas": 1, "template": template}},
        "replicasets": {"metadata": below, "spec": {"replicas": 1, "template": template}},
        "events": {"metadata": {"uid": "e"}, "reason": "FailedCreate", "message": said, "involvedObject": about},
    }
    changes = [Change(t=1, op="added", resource=r, object=msgspec.convert(o, LEAN_TYPES[r])) for r, o in seen.items()]
    broken = Broken(t=2, source="baseline", text="the workload was not steady within 90s")
    entries = [*timeline(), Phase(t=0.5, name="baseline"), *changes, broken, Phase(t=3, name="stop")]
    return Outcomes(result(wanted, Outcome.INCONCLUSIVE), entries)


def test_a_workload_that_never_became_whole_is_mended_too() -> None:
    """Its fault was never injected; with the advice followed it is, and the promise is kept: 0."""
    told = before_and_after(Tried(scenario(), []), never_whole)
    assert [(cause, each.patches[0].object) for cause, each in told.advice] == [
        ("service-account-missing", "serviceaccount/robot")
    ]
    assert exit_of(told) is Exit.PASSED


def test_a_promise_that_something_fails_is_not_kept_by_mending_it() -> None:
    """A scenario that must see a failure is not helped by a workload that has none."""
    finding = Finding(expectation="stays-failed", outcome=Outcome.FAILED, text="it healed", at=1.0)
    assert advised(scenario(), Verdict(outcome=Outcome.FAILED, findings=[finding]), timeline()) == []


def timeline() -> list[Any]:
    """A timeline on which nothing is wrong."""
    return [Header(t=0.0, scenario={}, namespace="a", cluster="c", provider="kwok", started_at="2026-03-05T12:00:00Z")]


def test_a_broken_twin_of_a_scenarios_file_is_tried_as_a_scenario_in_its_own_right() -> None:
    """It is not meant to fail any more."""
    file = ROOT / "scenarios" / "pods" / "lost.yaml"
    (tried,) = failed_in(file, "one-replica")
    assert tried.scenario.manifests != next(iter(failed_in(file, ""))).scenario.manifests
    assert (tried.scenario.twin_of, tried.scenario.control, tried.entries) == ("", {}, [])


def test_a_control_that_no_scenario_has_is_refused_with_those_that_there_are() -> None:
    """2."""
    with pytest.raises(BadInput, match=r"no scenario of it has a control 'none-such'; accepted is one of one-replica"):
        list(failed_in(ROOT / "scenarios" / "pods" / "lost.yaml", "none-such"))


def test_a_run_in_which_nothing_failed_has_nothing_to_verify(tmp_path: Path) -> None:
    """2, with what did fail."""
    with pytest.raises(BadInput, match="no scenario of it failed"):
        list(failed_in(tmp_path, ""))
