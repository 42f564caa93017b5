"""What sight promises: blindness that a fault must cause is told in the verdict, and nothing else is excused by it."""

from __future__ import annotations

from timelines import WEB, Story, pod_delete, recovers, scenario

from harness.expect.never_below import NeverBelow
from harness.expect.recovers import Since
from harness.judge import judge
from harness.model.scenario import Scenario
from harness.model.sight import BACK_SECONDS
from harness.model.timeline import Broken, Evidence, Injected, Request, Undone
from harness.model.verdict import Outcome


def api_away(*, blinds: bool = True) -> Story:
    """From 4 s on the API server is away, and the watches say so after five seconds."""
    story = Story().baseline().at(4.0).say(Injected(t=4.0, index=0, fault="component-down", sent=3.9, blinds=blinds))
    story.say(Evidence(t=4.5, index=0, source="/livez", seen="connection refused"))
    return story.say(Broken(t=9.0, source="watch pods", text="cannot be restored", passing=True))


def back(story: Story, *, gap_at: float = 24.2) -> Story:
    """It is restored at 24 s, and the watch of pods lists anew."""
    story.say(Undone(t=24.0, index=0, sent=20.0))
    return story.at(gap_at).gap("pods", 3.5)


def since_undo() -> Scenario:
    return scenario(recovers(since=Since.UNDO), faults=[pod_delete()])


def test_blindness_that_the_fault_must_cause_ends_no_run_and_is_told() -> None:
    """A fault that takes the API away blinds the watches: the verdict stands, and says for how long it saw nothing."""
    verdict = judge(since_undo(), back(api_away()).end(40, undone=None))
    assert verdict.outcome is Outcome.PASSED
    assert verdict.doubts == []
    assert verdict.notes == [
        "the fault took the API away: the watches were blind for up to 20.30 s, see the error bars"
    ]


def test_the_same_blindness_without_such_a_fault_is_inconclusive() -> None:
    """A watch that dies during any other fault is a trouble of its own."""
    verdict = judge(since_undo(), back(api_away(blinds=False)).end(40, undone=None))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert any("watch pods: cannot be restored" in doubt for doubt in verdict.doubts)


def test_a_watch_that_never_comes_back_is_inconclusive() -> None:
    """Whoever was silenced by the fault and is not heard of after it has not seen a recovery."""
    story = api_away().say(Undone(t=24.0, index=0, sent=20.0))
    verdict = judge(since_undo(), story.end(60, undone=None))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert any("it never came back" in doubt for doubt in verdict.doubts)


def test_a_gap_long_after_the_undo_is_no_longer_the_faults() -> None:
    """What the watch misses later than it takes to come back needs another reason."""
    story = back(api_away()).at(24.0 + BACK_SECONDS + 1).gap("pods", 30.0)
    verdict = judge(since_undo(), story.end(60, undone=None))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert any("the watch of pods missed" in doubt for doubt in verdict.doubts)


def test_a_trouble_told_before_the_injection_is_acknowledged_is_the_faults_as_well() -> None:
    """An API server that ends politely is gone for seconds before the call that stops it returns."""
    entries = api_away().entries
    early = next(entry for entry in entries if isinstance(entry, Broken))
    entries.remove(early)
    entries.insert(next(at for at, entry in enumerate(entries) if isinstance(entry, Injected)), early)
    story = Story()
    story.entries = entries
    assert judge(since_undo(), back(story).end(40, undone=None)).outcome is Outcome.PASSED


def test_a_recovery_is_as_uncertain_as_the_watch_was_blind() -> None:
    """Who is found healthy when the watch comes back may have been so since the undo: the error bar says it."""
    story = back(api_away(), gap_at=27.0).at(27.5).gap("nodes", 3.5)
    (recovery,) = judge(since_undo(), story.end(40, undone=None)).findings[0].measures
    assert recovery.value == 3.5
    assert recovery.error >= 3.5


def test_a_promise_of_every_moment_is_undecided_over_blindness() -> None:
    """Nobody can say that the ready pods never were too few while nobody looked."""
    verdict = judge(scenario(NeverBelow(of=WEB, ready=3)), back(api_away()).end(40, undone=None))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.findings[0].text.endswith("as far as the watch saw")


def test_traffic_is_back_with_its_first_request() -> None:
    """Its log is read late, not lost; requests that were never reported stay a trouble."""
    silence = Broken(t=10.0, source="traffic to service/web", text="nothing was heard", passing=True)
    story = back(api_away().say(silence)).say(Request(t=24.5, service="web", began=24.4))
    assert judge(since_undo(), story.end(40, undone=None)).outcome is Outcome.PASSED
    lost = Broken(t=25.0, source="traffic to service/web", text="3 requests were never reported")
    story = back(api_away().say(silence)).say(Request(t=24.5, service="web", began=24.4)).say(lost)
    assert judge(since_undo(), story.end(40, undone=None)).outcome is Outcome.INCONCLUSIVE
