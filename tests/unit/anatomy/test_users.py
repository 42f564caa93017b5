"""What users felt, beside what the object went through."""

from __future__ import annotations

from timelines import Story

from harness.model.timeline import Request

from .told import recoveries, replaced, steps


def users(story: Story) -> dict[str, float]:
    """The measures of the one Service."""
    ((usage,),) = [anatomy.users for anatomy in recoveries(story.end(12))]
    return {measure.name: round(measure.value, 3) for measure in usage.measures}


def test_failed_requests_and_the_longest_gap_are_counted_from_the_fault_on() -> None:
    """Three of the requests since the kill fail; between the last success before and the first after lie 0.4 s."""
    felt = users(replaced().traffic(3.0, 11.0, failing=(4.5, 4.8)))
    assert (felt["requests"], felt["failed requests"], felt["longest gap"]) == (70, 3, 0.4)
    assert felt["latency p99"] == 0.005


def test_the_first_success_after_the_last_failure_is_a_moment() -> None:
    """It is in the order of time, although the pod came later: the others served."""
    (anatomy,) = recoveries(replaced().traffic(3.0, 11.0, failing=(4.5, 4.8)).end(12))
    assert ("served", 4.805) in steps(anatomy)
    assert "service web: first success after 3 failures" in [moment.what for moment in anatomy.moments]


def test_without_a_failure_nothing_had_to_be_served_again() -> None:
    """No failure, no moment; without traffic nothing is said of users at all."""
    (anatomy,) = recoveries(replaced().traffic(3.0, 11.0).end(12))
    assert "served" not in dict(steps(anatomy))
    assert recoveries(replaced().end(12))[0].users == []


def test_a_service_that_never_answers_again_has_no_latency() -> None:
    """All requests fail to the end: the gap is the whole time, and there is nothing to take percentiles of."""
    story = replaced().traffic(4.0, 11.0, failing=(4.0, 11.0))
    felt = users(story)
    assert set(felt) == {"requests", "failed requests", "longest gap"}
    assert (felt["failed requests"], felt["longest gap"]) == (70, 6.905)


def test_percentiles_are_latencies_that_were_seen() -> None:
    """Of a hundred requests the 95th and 99th slowest, by nearest rank."""
    story = replaced()
    for number in range(1, 101):
        began = 4.0 + number / 20
        story.say(Request(t=began + number / 1000, began=began, service="web"))
    felt = users(story)
    assert [felt[f"latency p{percent}"] for percent in (50, 95, 99)] == [0.05, 0.095, 0.099]
