"""Timelines drawn at random, in the order and with the ingredients of real ones; for properties that hold of all."""

from __future__ import annotations

from hypothesis import strategies as st
from timelines import WEB, Story, pod_delete, recovers, scenario

from harness.expect.available import Available
from harness.expect.never_below import NeverBelow
from harness.expect.restarts import Restarts
from harness.expect.restored import Restored
from harness.expect.stays_failed import StaysFailed
from harness.expect.updates import Updates
from harness.model.scenario import Expectation, Scenario
from harness.model.timeline import AnyEntry
from harness.model.units import Ref, Seconds, Share

PODS = [f"web-{number}" for number in range(6)]
PROMISES: list[Expectation] = [
    recovers(within=6, hold=2),
    recovers(within=4, hold=1, since="undo"),
    NeverBelow(of=WEB, ready=3),
    Restarts(of=WEB, at_most=1),
    StaysFailed(of=WEB, within=Seconds(2), lasts=Seconds(2)),
    Available(of=Ref("service/web"), at_least=Share(0.9)),
    Updates(of=WEB, at_most=4, new_pods=2),
    Restored(),
]


@st.composite
def runs(draw: st.DrawFn) -> tuple[Scenario, list[AnyEntry]]:
    """A scenario with one or two faults and the timeline of a run of it, whole or not."""
    faults = draw(st.integers(1, 2))
    story = Story().baseline()
    wanted = scenario(
        *draw(st.lists(st.sampled_from(PROMISES), min_size=1, max_size=3, unique_by=id)),
        faults=[pod_delete() for _ in range(faults)],
    )
    for index in range(faults):
        for _ in range(draw(st.integers(0, 3))):
            happen(draw, story)
        story.at(story.t + 0.5).pod(PODS[index]).kill(
            PODS[index], index=index, visible_after=draw(st.sampled_from([-1.0, 0.1, 2.0]))
        )
    for _ in range(draw(st.integers(0, 12))):
        happen(draw, story)
    if draw(st.booleans()):
        story.traffic(3, round(story.t, 1))
    return wanted, story.end(story.t + draw(st.floats(0.5, 9)), undone=range(faults))


def happen(draw: st.DrawFn, story: Story) -> None:
    """Some time passes and something happens."""
    story.at(story.t + draw(st.floats(0.01, 2)))
    pod = draw(st.sampled_from(PODS))
    match draw(st.sampled_from(["ready", "ready", "ready", "unready", "drop", "deployment", "event", "restart"])):
        case "ready":
            story.pod(pod)
        case "unready":
            story.pod(pod, ready=False)
        case "restart":
            story.pod(pod, restarts=draw(st.integers(0, 3)))
        case "drop":
            story.pod(pod, terminating=True).drop("pods", pod)
        case "deployment":
            story.deployment(generation=draw(st.integers(1, 2)), seen=draw(st.integers(1, 2)))
        case _:
            story.event(pod, "Started")
