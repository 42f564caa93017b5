"""Budgets within a verdict: the deadline that they give, what findings say of them, and that it holds offline."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from timelines import WEB, Story, pod_delete

from harness.budget.forecast import Ground, by_deadline_of, refusal
from harness.expect.recovers import Recovers, Since
from harness.expect.stays_failed import StaysFailed
from harness.judge import judge
from harness.load import load_file
from harness.load_recorded import read_timeline, recorded_scenario
from harness.model.budget import Place
from harness.model.errors import BadInput
from harness.model.scenario import Control, Expectation, Fault, Scenario
from harness.model.timeline import AnyEntry, Header, encode_entry
from harness.model.timers import DEFAULT, Timers
from harness.model.units import BUDGET, Deadline, Ref, Seconds
from harness.model.verdict import Outcome, Verdict

from .cases import fault, workload

ON = workload()
"""Replacing a pod of it takes 0 to 8 s."""
SLOW = workload(probes={"readinessProbe": {"periodSeconds": 1, "initialDelaySeconds": 4}})
"""3 to 12 s."""


def recovers(within: Deadline = BUDGET, **fields: object) -> Recovers:
    return Recovers(of=WEB, within=within, hold=Seconds(1), **fields)  # type: ignore[arg-type]


def scenario(promise: Expectation, *faults: Fault, on: dict[str, object] = ON) -> Scenario:
    return Scenario(
        name="planted",
        why="A prediction must be worth its name.",
        manifests=[on],
        faults=list(faults) or [pod_delete()],
        expect=[promise],
        control={"broken": Control(patch={"deployment/web": {"spec": {"minReadySeconds": 1}}}, fails=["recovers"])},
    )


def timeline(healed_at: float, *, timers: Timers | None = DEFAULT, ready_at: float = 2.0) -> list[AnyEntry]:
    """A pod is deleted at 4 s and replaced at `healed_at`, beside a cluster with these timers."""
    story = Story()
    story.entries[0] = msgspec.structs.replace(story.entries[0], timers=timers)
    story.at(0.1).phase("prepare").at(0.2).node().deployment().replicaset().at(0.3).phase("baseline")
    for number in range(story.replicas):
        story.at(0.4).pod(f"web-{number}", ready=False)
    for number in range(story.replicas):
        story.at(ready_at).pod(f"web-{number}")
    story.at(ready_at + 0.5).phase("inject").at(ready_at + 1).kill("web-0")
    return story.heal("web-0", "web-9", ready_at + 1 + healed_at).end(ready_at + 60)


def verdict(promise: Expectation, entries: list[AnyEntry], *faults: Fault, on: dict[str, object] = ON) -> Verdict:
    return judge(scenario(promise, *faults, on=on), entries)


@pytest.mark.parametrize(("healed_at", "outcome"), [(7.9, Outcome.PASSED), (8.1, Outcome.FAILED)])
def test_the_deadline_is_the_upper_end_of_the_budget(healed_at: float, outcome: Outcome) -> None:
    """8 s: reaction 1, start 5, probe 2."""
    found = verdict(recovers(), timeline(healed_at))
    assert found.findings[0].outcome is outcome
    assert "8s" in found.findings[0].text


def test_a_finding_says_where_its_measure_lies() -> None:
    """In the same sentence, and as data."""
    found = verdict(recovers(Seconds(20)), timeline(2.5))
    assert found.findings[0].text.endswith("; budget 0-8 s: inside")
    (compared,) = found.budgets
    assert (compared.low, compared.high, compared.place) == (0.0, 8.0, Place.INSIDE)
    assert (round(compared.value, 3), found.notes) == (2.5, [])


def test_slower_than_the_timers_within_a_given_time_is_a_note() -> None:
    """The promise was kept; what stands beside it tells that something was slow."""
    found = verdict(recovers(Seconds(20)), timeline(12.0))
    assert (found.outcome, found.budgets[0].place) == (Outcome.PASSED, Place.ABOVE)
    assert "slower than Kubernetes' own timers" in found.notes[0]


def test_sooner_than_the_timers_allow_is_a_note_and_with_a_budget_as_deadline_no_pass() -> None:
    """3 s at least: who sees less sees wrong, or predicts wrong, and then the deadline is wrong as well."""
    given, budgeted = (verdict(recovers(within), timeline(1.0), on=SLOW) for within in (Seconds(20), BUDGET))
    assert (given.outcome, budgeted.outcome) == (Outcome.PASSED, Outcome.INCONCLUSIVE)
    assert "the observation or the prediction is wrong" in given.notes[0]


def test_a_baseline_that_starts_slowly_gives_more_time() -> None:
    """20 s from being made to being ready: 30 s and the reaction."""
    slow = timeline(25.0, ready_at=20.4)
    assert verdict(recovers(), slow).findings[0].outcome is Outcome.PASSED
    assert verdict(recovers(), slow).budgets[0].high == pytest.approx(31.0)


def test_without_recorded_timers_nothing_is_predicted() -> None:
    """A timeline of an older harness is judged as ever, and a budget as deadline decides nothing."""
    assert verdict(recovers(Seconds(20)), timeline(2.5, timers=None)).budgets == []
    assert verdict(recovers(), timeline(2.5, timers=None)).findings[0].outcome is not Outcome.FAILED


def test_what_was_said_never_to_heal_and_did_not_is_as_predicted() -> None:
    """And what healed all the same is told."""
    promise = StaysFailed(of=WEB, within=Seconds(5), lasts=Seconds(3))
    away = [fault("component-down", part="kube-scheduler"), pod_delete(1)]
    never = verdict(promise, _twice(timeline(20.0)), *away)
    assert never.findings[0].text.endswith("), as predicted")
    healed = verdict(promise, _twice(timeline(1.0)), *away)
    assert healed.findings[0].text.endswith("), but it came")
    assert healed.budgets[0].place is Place.BELOW


def test_how_long_it_was_broken_is_not_held_against_a_time_from_the_injection() -> None:
    """Half a second between breaking and healing is not sooner than the 3 s that a start-up takes."""
    healed = verdict(StaysFailed(of=WEB, within=Seconds(5), lasts=Seconds(9)), timeline(4.0), on=SLOW)
    assert (healed.outcome, healed.budgets, healed.notes) == (Outcome.FAILED, [], [])


def test_the_same_verdict_comes_from_the_file_alone(tmp_path: Path) -> None:
    """Timers, start-up and zones are all in the timeline."""
    promised = scenario(recovers())
    entries = timeline(2.5)
    header = entries[0]
    assert isinstance(header, Header)
    entries[0] = msgspec.structs.replace(header, scenario=promised.as_data())
    path = tmp_path / "timeline.jsonl"
    path.write_bytes(b"".join(encode_entry(entry) + b"\n" for entry in entries))
    read = read_timeline(path)
    again = recorded_scenario(path, read)
    assert again.expect[0].within == BUDGET  # type: ignore[attr-defined]
    assert judge(again, read) == judge(promised, entries)


def test_a_broken_twin_is_judged_by_the_deadline_of_its_scenario() -> None:
    """A twin that is broken by being slow must not get more time for it."""
    intact = scenario(recovers(Seconds(5)))
    assert by_deadline_of(intact, intact.twin("broken"), DEFAULT).expect == intact.expect
    intact = scenario(recovers())
    slow = msgspec.structs.replace(intact.twin("broken"), manifests=[SLOW])
    assert by_deadline_of(intact, slow, DEFAULT).expect[0].within == 8  # type: ignore[attr-defined]


def test_without_a_fault_nothing_has_to_heal() -> None:
    """The twin without faults keeps its promise at once."""
    quiet = msgspec.structs.replace(scenario(recovers()), faults=[])
    assert refusal(quiet, quiet.expect[0], Ground()) is None


@pytest.mark.parametrize(
    ("promise", "faults", "wrong", "accepted"),
    [
        (recovers(), [fault("probe-fail", probe="readiness")], "never", "stays-failed"),
        (recovers(), [fault("dns-down")], "unknown", "30s"),
        (recovers(since=Since.UNDO), [fault("node-down")], "unknown", "30s"),
        (Recovers(of=Ref("node/a"), within=BUDGET), [fault("node-down")], "not for node/a", "30s"),
    ],
)
def test_a_deadline_that_is_none_is_refused(promise: Recovers, faults: list[Fault], wrong: str, accepted: str) -> None:
    """It says what to write instead."""
    planned = scenario(promise, *faults)
    reason = refusal(planned, promise, Ground())
    assert reason is not None
    assert wrong in reason.wrong
    assert accepted in reason.accepted


def test_a_scenario_file_is_refused_at_its_line(tmp_path: Path) -> None:
    """File, line, what is wrong, what is accepted; before any cluster is asked."""
    (tmp_path / "web.yaml").write_text(msgspec.json.encode(ON).decode())
    path = tmp_path / "scenario.yaml"
    path.write_text(
        "scenario: planted\nwhy: It must be refused.\nworkload: web.yaml\nfaults:\n"
        "- probe-fail: {of: deployment/web, probe: readiness}\nexpect:\n"
        "- recovers:\n    of: deployment/web\n    within: budget\n"
    )
    with pytest.raises(BadInput) as refused:
        load_file(path)
    assert f"{path}:9: within: budget: how long deployment/web takes to heal from probe-fail is never" in str(
        refused.value
    )
    assert "accepted: a duration such as within: 30s, or `stays-failed`" in str(refused.value)


@pytest.mark.parametrize("written", ["budgets", "never", 30, True, None])
def test_a_deadline_is_a_duration_or_the_word(written: object) -> None:
    """Anything else names both."""
    with pytest.raises(ValueError, match=r"a duration such as .*, or budget"):
        Deadline.parse(written)


def _twice(entries: list[AnyEntry]) -> list[AnyEntry]:
    """The same with another fault injected before, as its first."""
    first = next(entry for entry in entries if type(entry).__name__ == "Injected")
    index = entries.index(first)
    before = msgspec.structs.replace(first, fault="component-down", anchors=[], t=first.t - 0.1, sent=first.t - 0.2)
    return [*entries[:index], before, msgspec.structs.replace(first, index=1), *entries[index + 1 :]]
