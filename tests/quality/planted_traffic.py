"""Planted availability traffic that proves nothing, or an outage: none may be judged as passed."""

from __future__ import annotations

from cases import PLANTED as CASES
from cases import Case
from timelines import Story, recovers, scenario

from harness.expect.available import Available
from harness.model.units import Ref, Seconds, Share
from harness.model.verdict import Outcome

FAILED, INCONCLUSIVE = Outcome.FAILED, Outcome.INCONCLUSIVE
planted = CASES.enter


def available(share: float = 0.99, outage: float | None = 1.0) -> Available:
    """The promise of these stories."""
    longest = None if outage is None else Seconds(outage)
    return Available(of=Ref("service/web"), at_least=Share(share), outage_at_most=longest)


def healed() -> Story:
    """A story in which the lost pod was replaced."""
    return Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 5.0).at(13.0)


@planted(INCONCLUSIVE, "only 0 requests were seen")
def no_data() -> Case:
    """Not one request was made."""
    return scenario(recovers(), available()), healed().end(14)


@planted(INCONCLUSIVE, "only 10 requests were seen")
def too_little_data() -> Case:
    """Ten requests say nothing about a share."""
    return scenario(recovers(), available()), healed().traffic(3.0, 4.0).end(14)


@planted(INCONCLUSIVE, "only 0 requests were seen")
def data_of_the_baseline_only() -> Case:
    """Every request was made before the fault."""
    return scenario(recovers(), available()), healed().traffic(0.5, 3.0).end(14)


@planted(INCONCLUSIVE, "no request was seen")
def traffic_ends_at_the_fault() -> Case:
    """The prober dies with the pod: thirty good requests, then silence while the Service is down."""
    return scenario(recovers(), available()), healed().traffic(3.0, 6.0).end(14)


@planted(INCONCLUSIVE, "no request was seen")
def traffic_begins_late() -> Case:
    """The first request is made when all is well again."""
    return scenario(recovers(), available()), healed().traffic(8.0, 13.8).end(14)


@planted(FAILED, "longest time without a success")
def outage_longer_than_promised() -> Case:
    """Enough requests succeed, but for 1.5 s none."""
    story = healed().traffic(3.0, 13.8, failing=(4.0, 5.5))
    return scenario(recovers(), available(share=0.5)), story.end(14)


@planted(FAILED, "instead of 99%")
def share_below_the_promise() -> Case:
    """Too many requests fail, though never for long."""
    story = healed()
    for second in range(4, 12):
        story.traffic(second, second + 1, failing=(second, second + 0.3))
    return scenario(recovers(), available()), story.traffic(3, 4).traffic(12, 13.8).end(14)


@planted(FAILED, "longest time without a success")
def outage_to_the_end() -> Case:
    """The Service goes down and does not come back before the run ends."""
    story = healed().traffic(3.0, 13.8, failing=(12.0, 20.0))
    return scenario(recovers(), available(share=0.5)), story.end(14)


@planted(INCONCLUSIVE, "only 0 requests were seen")
def traffic_to_another_service() -> Case:
    """All is well with somebody else's Service."""
    promise = Available(of=Ref("service/shop"), at_least=Share(0.99))
    return scenario(recovers(), promise), healed().traffic(3.0, 13.8).end(14)
