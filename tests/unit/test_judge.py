"""What the judge promises: one verdict from one timeline, whoever asks when, and no doubt that helps to pass."""

from __future__ import annotations

import msgspec
import pytest
from drawn import runs
from hypothesis import given, settings
from hypothesis import strategies as st
from timelines import WEB, Story, pod_delete, recovers, scenario

from harness.expect.never_below import NeverBelow
from harness.judge import Judge, judge
from harness.model.scenario import Scenario
from harness.model.timeline import AnyEntry, Broken, Gap, Header, Note, Phase, Request
from harness.model.units import Seconds
from harness.model.verdict import Outcome

Run = tuple[Scenario, list[AnyEntry]]


def healed() -> list[AnyEntry]:
    """A timeline with nothing wrong in it."""
    return Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 5.5).end(10)


def without(kind: type, entries: list[AnyEntry], **fields: object) -> list[AnyEntry]:
    """The entries without those of a kind and with these fields."""
    same = [e for e in entries if isinstance(e, kind) and all(getattr(e, k) == v for k, v in fields.items())]
    assert same
    return [entry for entry in entries if entry not in same]


@settings(max_examples=100)
@given(run=runs(), data=st.data())
def test_the_verdict_while_it_runs_is_the_verdict_of_the_recording(run: Run, data: st.DataObject) -> None:
    """Asking in between, as the runner does at any time, changes nothing: online and offline agree."""
    wanted, entries = run
    court = Judge(wanted)
    for entry in entries:
        court.see(entry)
        for _ in range(data.draw(st.integers(0, 2))):
            now = entry.t + data.draw(st.floats(0, 30))
            court.undecided(now)
            court.failed(now)
            court.wake_at()
    assert court.verdict(entries[-1].t + 1) == judge(wanted, entries)


@settings(max_examples=100)
@given(run=runs(), data=st.data())
def test_a_doubt_never_helps_to_pass(run: Run, data: st.DataObject) -> None:
    """A gap in the watch or a broken observer, wherever it comes, never turns another verdict into passed."""
    wanted, entries = run
    at = data.draw(st.integers(1, len(entries) - 1))
    t = entries[at].t
    broken = Broken(t=t, source="watch pods", text="the API server is gone")
    gap = Gap(t=t, resource="pods", since=max(0.0, t - data.draw(st.floats(0, 9))), reason="410")
    before = judge(wanted, entries).outcome
    after = judge(wanted, [*entries[:at], data.draw(st.sampled_from([broken, gap])), *entries[at:]]).outcome
    assert after is before or after is not Outcome.PASSED


@settings(max_examples=100)
@given(run=runs(), data=st.data())
def test_what_observers_report_late_decides_the_same(run: Run, data: st.DataObject) -> None:
    """Requests and notes may arrive later than what happened after them: the outcome stays."""
    wanted, entries = run
    notes: list[AnyEntry] = [Note(t=entry.t, source="fault", text="something") for entry in entries[5::7]]
    late = [entry for entry in entries if isinstance(entry, Request)] + notes
    rest = [entry for entry in entries if not isinstance(entry, Request)]
    begun = next(at for at, e in enumerate(rest) if isinstance(e, Phase) and e.name == "inject")
    chance = data.draw(st.randoms(use_true_random=False))
    for entry in chance.sample(late, len(late)):
        rest.insert(chance.randint(begun + 1, len(rest) - 1), entry)
    assert judge(wanted, rest).outcome is judge(wanted, entries).outcome


@settings(max_examples=60)
@given(run=runs(), cut=st.floats(0, 0.999))
def test_a_timeline_that_was_cut_off_never_passes(run: Run, cut: float) -> None:
    """Whatever the harness died of, the part of the timeline that is there proves nothing."""
    wanted, entries = run
    assert judge(wanted, entries[: round((len(entries) - 1) * cut)]).outcome is not Outcome.PASSED


def test_a_promise_that_was_kept_and_a_timeline_that_is_whole_pass() -> None:
    """Nothing lacks: the verdict is passed, with its numbers."""
    verdict = judge(scenario(), healed())
    assert verdict.outcome is Outcome.PASSED
    assert verdict.doubts == []
    assert verdict.headline.startswith("passed: deployment/web recovered 1.50")


@pytest.mark.parametrize(
    ("kind", "fields", "doubt"),
    [
        (Phase, {"name": "inject"}, "the workload was never steady"),
        (Phase, {"name": "stop"}, "the timeline ends before the run did"),
    ],
)
def test_each_part_that_lacks_is_a_doubt(kind: type, fields: dict[str, object], doubt: str) -> None:
    """Without the phase nothing can be said, and the verdict says which."""
    verdict = judge(scenario(), without(kind, healed(), **fields))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert any(doubt in text for text in verdict.doubts)


def test_a_broken_promise_stays_broken_although_the_undo_failed() -> None:
    """What was seen to fail before has failed, whatever became of the cleaning up."""
    story = Story().baseline().at(4.0).kill("web-0").at(4.2).pod("web-1", ready=False).at(5.0).pod("web-1")
    entries = story.heal("web-0", "web-9", 6.0).undo(10, error="no answer").end(12, undone=None)
    assert judge(scenario(NeverBelow(of=WEB, ready=3)), entries).outcome is Outcome.FAILED


def test_a_broken_cluster_outweighs_a_broken_promise() -> None:
    """Where the cluster or an observer died, a failure says nothing of the system under test."""
    story = Story().baseline().at(4.0).kill("web-0").at(4.2).pod("web-1", ready=False)
    entries = story.at(5.0).broken("ClusterBroken", "no answer").end(6)
    assert judge(scenario(NeverBelow(of=WEB, ready=3)), entries).outcome is Outcome.INCONCLUSIVE


def test_the_judge_says_when_it_must_be_asked_again() -> None:
    """First at the deadline, and once it is healthy at the end of the hold; when all is decided never."""
    court = Judge(scenario(recovers(within=20, hold=3)))
    assert court.wake_at() is None
    story = Story().baseline().at(4.0).kill("web-0")
    for entry in story.entries:
        court.see(entry)
    assert court.wake_at() == 24.0
    assert [promise.name for promise in court.undecided(20.0)] == ["recovers"]
    told = len(story.entries)
    for entry in story.heal("web-0", "web-9", 6.0).entries[told:]:
        court.see(entry)
    assert court.wake_at() == 9.0
    assert court.undecided(9.0) == []
    assert court.failed(9.0) == []


def test_a_broken_promise_is_known_while_the_run_goes_on() -> None:
    """The runner and a live view learn of a failure at once."""
    court = Judge(scenario(NeverBelow(of=WEB, ready=4)))
    for entry in Story().baseline().at(4.0).kill("web-0").entries:
        court.see(entry)
    (finding,) = court.failed(4.2)
    assert (finding.expectation, finding.at) == ("never-below", 4.12)


def test_several_promises_are_each_judged_and_the_worst_decides() -> None:
    """One failed among kept ones makes the verdict failed, one undecided makes it inconclusive."""
    kept, broken = recovers(), NeverBelow(of=WEB, ready=4)
    undecided = recovers(within=60, hold=30)
    outcomes = {
        (kept, broken): Outcome.FAILED,
        (kept, undecided): Outcome.INCONCLUSIVE,
        (broken, undecided): Outcome.FAILED,
        (kept,): Outcome.PASSED,
    }
    for promises, outcome in outcomes.items():
        verdict = judge(scenario(*promises), healed())
        assert verdict.outcome is outcome
        assert len(verdict.findings) == len(promises)


def test_a_verdict_is_judged_from_what_is_told_and_not_from_the_header() -> None:
    """What a header claims is shown in reports; it decides nothing."""
    entries = healed()
    assert isinstance(entries[0], Header)
    other = msgspec.structs.replace(entries[0], scenario={"faults": []}, provider="other")
    assert judge(scenario(), [other, *entries[1:]]) == judge(scenario(), entries)


def test_a_fault_that_two_sources_disagree_on_did_not_bite() -> None:
    """One denial outweighs any number of proofs."""
    story = Story().baseline().at(4.0).injected().evidence(bit=True).evidence(bit=False)
    entries = story.at(5.0).pod("web-0", ready=False).at(6.0).pod("web-0").end(15)
    verdict = judge(scenario(), entries)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "did not bite" in verdict.headline


def test_faults_are_counted_by_their_index() -> None:
    """The second fault's undo, failing, is told as the second's."""
    story = Story().baseline().at(4.0).kill("web-0").at(5.0).kill("web-1", index=1)
    story.heal("web-0", "web-8", 6.0).heal("web-1", "web-9", 7.0).undo(12, indices=(0,))
    entries = story.undo(13, error="no answer", indices=(1,)).end(15, undone=None)
    verdict = judge(scenario(faults=[pod_delete(), pod_delete(1)]), entries)
    assert verdict.doubts == ["undo of fault 2 (pod-delete) failed: no answer"]


def test_an_empty_timeline_is_inconclusive() -> None:
    """An empty timeline has a verdict too."""
    verdict = judge(scenario(), [])
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.headline == "inconclusive: the workload was never steady, so no fault was injected"


def rounds() -> Scenario:
    """One fault in two rounds."""
    return scenario(recovers(within=20, hold=2), faults=[pod_delete(every=Seconds(3), times=2)])


def test_every_round_needs_its_own_evidence_and_undo() -> None:
    """A round that was left out, that nothing but its call shows, or that was not undone is a doubt with its number."""
    story = Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-8", 5.0)
    assert "fault 1 (pod-delete), round 2 of 2 was not injected" in judge(rounds(), list(story.end(9))).doubts
    story = Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-8", 5.0)
    unseen = story.at(7.0).kill("web-1", index=1, visible_after=-1).end(12, undone=(1, 0))
    assert any("round 2 of 2 did not bite" in doubt for doubt in judge(rounds(), unseen).doubts)
    story = Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-8", 5.0)
    left = story.at(7.0).kill("web-1", index=1).heal("web-1", "web-9", 8.0).end(12, undone=(0,))
    assert judge(rounds(), left).doubts == ["fault 1 (pod-delete), round 2 of 2 was not undone"]


def test_recovery_counts_from_the_last_round() -> None:
    """What healed between two rounds proves nothing of the last one."""
    story = Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-8", 5.0)
    found = judge(rounds(), story.at(7.0).kill("web-1", index=1).heal("web-1", "web-9", 8.5).end(14, undone=(1, 0)))
    assert found.outcome is Outcome.PASSED
    assert found.findings[0].measures[0].value == pytest.approx(1.5)
