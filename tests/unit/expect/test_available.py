"""What the promise `available` means."""

from __future__ import annotations

import pytest
from planted_traffic import available, healed
from timelines import Story

from harness.expect.available import Available
from harness.model.timeline import Request
from harness.model.units import Ref, Seconds, Share
from harness.model.verdict import Outcome

from .said import finding, measures


@pytest.mark.parametrize(("share", "outcome"), [(0.98, Outcome.PASSED), (0.985, Outcome.FAILED)])
def test_the_share_of_successes_decides(share: float, outcome: Outcome) -> None:
    """Two failures in 108 requests are 98.1 %."""
    found = finding(available(share, None), healed().traffic(3.0, 13.8, failing=(6.0, 6.2)).end(14))
    assert found.outcome is outcome
    assert measures(found)["availability"][0] == 0.981
    assert measures(found)["requests"][0] == 108


def test_an_outage_lies_between_two_successes() -> None:
    """Failures from 6 s to 8 s: the last success ended at 5.905 s, the next at 8.005 s."""
    found = finding(available(0.5, 2.0), healed().traffic(3.0, 13.8, failing=(6.0, 8.0)).end(14))
    assert found.outcome is Outcome.FAILED
    assert measures(found)["longest outage"] == (2.1, 0.1, False)
    assert found.difference == "longest time without a success 2.10 s instead of 2s"
    assert found.last_seen == "last error: connection refused"


def test_a_request_that_hangs_is_an_outage_although_it_succeeds() -> None:
    """One second without an answer is one, whatever the answer was."""
    story = healed().traffic(3.0, 6.0).say(Request(t=7.0, service="web", began=6.0)).traffic(7.0, 13.8)
    assert measures(finding(available(), story.end(14)))["longest outage"][0] == pytest.approx(1.1, abs=0.01)


def test_requests_from_before_the_fault_do_not_count() -> None:
    """Failures while the workload came up are nobody's."""
    story = Story().baseline().traffic(0.5, 3.0, failing=(0.0, 3.0)).traffic(3.0, 8.8)
    assert finding(available(1.0), story.at(9.0).end(9), faults=[]).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("promise", "wrong"),
    [
        (Available(of=Ref("deployment/web"), at_least=Share(1)), "deployment/web"),
        (Available(of=Ref("service/web"), at_least=Share(1), every=Seconds(11)), "every: 11s"),
        (Available(of=Ref("service/web"), at_least=Share(1)), ""),
    ],
)
def test_what_cannot_be_measured_is_refused(promise: Available, wrong: str) -> None:
    """Only Services answer, and at a rhythm that measures something."""
    assert (wrong in promise.refuse()) if wrong else promise.refuse() == ""


def test_the_traffic_that_is_needed_follows_from_the_promise() -> None:
    """Two promises about the same Service, port, path and rhythm share one prober."""
    assert available(0.5).traffic == available(0.9, None).traffic
