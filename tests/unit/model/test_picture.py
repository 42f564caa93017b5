"""What the picture promises: the state of the cluster after any prefix of the timeline, in the words of verdicts."""

from __future__ import annotations

import pytest
from timelines import WEB, Story, a_pod

from harness.model.objects import (
    Claim,
    ClaimStatus,
    Endpoint,
    EndpointConditions,
    EndpointSlice,
    ObjectMeta,
    Taint,
    Workload,
)
from harness.model.picture import Picture
from harness.model.timeline import Anchor, AnyEntry, Change, Gap
from harness.model.units import Ref


def seen(story: Story, *more: AnyEntry, faults: int = 0) -> Picture:
    """The picture after a story."""
    picture = Picture(faults)
    for entry in [*story.entries, *more]:
        picture.see(entry)
    return picture


def test_a_workload_is_whole_when_all_its_pods_are_ready() -> None:
    """Ready, none terminating, none too many, the newest template: nothing lacks."""
    health = seen(Story().baseline()).health(WEB)
    assert (health.ready, health.desired, health.lacks, health.whole) == (4, 4, "", True)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("terminating", {"terminating": True}),
        ("not ready", {"ready": False}),
        ("failed", {"phase": "Failed"}),
        ("completed", {"phase": "Succeeded"}),
        ("somebody else's", {"owner": "uid-other"}),
    ],
)
def test_a_pod_counts_only_while_it_serves(name: str, fields: dict[str, object]) -> None:
    """A pod that is terminating, not ready, over, or another controller's is not one of the ready pods."""
    health = seen(Story().baseline().pod("web-0", **fields)).health(WEB)
    assert health.ready == 3, name
    assert "3 of 4 pods ready" in health.lacks


def test_the_count_from_before_the_fault_is_what_is_wanted() -> None:
    """Scaling down after the injection began does not make fewer pods enough; before it does."""
    scaled = Story().baseline().deployment(wants=3)
    assert seen(scaled).health(WEB).lacks == "deployment/web wants 3 pods now, before the fault it wanted 4"
    story = Story().baseline()
    inject = story.entries.pop()
    early = story.deployment(wants=3).drop("pods", "web-0").say(inject)
    assert seen(early).health(WEB).whole


def test_a_successor_of_the_same_name_outlives_the_late_end_of_the_old_pod() -> None:
    """The end of an object is that of its uid, not of whoever has its name by now."""
    story = Story().baseline()
    late = Change(t=5.0, op="deleted", resource="pods", object=a_pod("web-0"))
    picture = seen(story.at(4.0).pod("web-0", uid="uid-new"), late)
    assert sorted(pod.metadata.uid for pod in picture.pods_of(WEB))[0] == "uid-new"
    assert picture.health(Ref("pod/web-0")).whole


def test_pods_are_found_although_their_replica_set_is_seen_later() -> None:
    """Watches of different resources run on their own: the order between them tells nothing."""
    story = Story().baseline().pod("web-7", owner="uid-web-2")
    assert len(seen(story).pods_of(WEB)) == 4
    assert len(seen(story.replicaset("web-2")).pods_of(WEB)) == 5


@pytest.mark.parametrize(
    ("anchor", "tell"),
    [
        (Anchor("pod-gone", "pods", "web-0", "uid-web-0"), lambda s: s.pod("web-0", terminating=True)),
        (Anchor("pod-gone", "pods", "web-0", "uid-web-0"), lambda s: s.drop("pods", "web-0")),
        (Anchor("pod-gone", "pods", "web-0", "uid-web-0"), lambda s: s.pod("web-0", uid="uid-new")),
        (Anchor("container-ended", "pods", "web-0", "uid-web-0", "web"), lambda s: s.pod("web-0", restarts=1)),
        (Anchor("container-ended", "pods", "web-0", "uid-web-0", "web"), lambda s: s.pod("web-0", exit_code=137)),
        (Anchor("not-ready", "pods", "web-0", "uid-web-0"), lambda s: s.pod("web-0", ready=False)),
        (Anchor("terminating", "pods", "web-0", "uid-web-0"), lambda s: s.pod("web-0", terminating=True)),
        (Anchor("node-cordoned", "nodes", "node-1"), lambda s: s.node(cordoned=True)),
        (Anchor("generation", "deployments", "web", count=1), lambda s: s.deployment(generation=2)),
        (Anchor("event", "events", "web-", text="probe failed"), lambda s: s.event("web-1", "Liveness probe failed")),
    ],
)
def test_a_fault_has_bitten_when_the_watch_shows_it(anchor: Anchor, tell: object) -> None:
    """Not before, and then from the moment in which it was seen."""
    story = Story().baseline().at(4.0).injected(anchor).at(4.5).event("db-0", "of no interest").pod("web-1")
    assert seen(story).bitten == {}
    tell(story.at(5.0))  # type: ignore[operator]
    assert seen(story).bitten == {0: 5.0}


@pytest.mark.parametrize(
    "anchor",
    [
        Anchor("pod-gone", "pods", "web-0", "uid-web-0"),
        Anchor("container-ended", "pods", "web-0", "uid-web-0", "sidecar"),
        Anchor("not-ready", "pods", "web-0", "uid-other"),
        Anchor("terminating", "pods", "web-1", "uid-other"),
        Anchor("generation", "deployments", "web", count=1),
        Anchor("event", "events", "web-", text="probe failed"),
        Anchor("of no kind", "pods", "web-0"),
    ],
)
def test_what_is_not_the_fault_proves_nothing(anchor: Anchor) -> None:
    """Another pod, container, uid, generation or message is not what was waited for."""
    story = Story().baseline().event("web-0", "Liveness probe failed").at(4.0).injected(anchor)
    story.pod("web-1", terminating=True, restarts=1).pod("web-0", restarts=1, ready=False).deployment()
    assert seen(story.event("web-0", "Started", name="event-2")).bitten == {}


def test_every_anchor_must_be_reached() -> None:
    """A fault of two pods has bitten only when both are gone."""
    anchors = [Anchor("pod-gone", "pods", f"web-{number}", f"uid-web-{number}") for number in range(2)]
    story = Story().baseline().at(4.0).injected(*anchors).at(4.1).pod("web-0", terminating=True)
    assert seen(story).bitten == {}
    assert seen(story.at(4.2).pod("web-1", terminating=True)).bitten == {0: 4.2}


def test_all_faults_are_injected_and_undone_only_when_each_is() -> None:
    """Of two faults one is not all."""
    story = Story().baseline().at(4.0).kill("web-0").undo(6)
    assert not seen(story, faults=2).all_injected
    assert seen(story, faults=1).all_undone
    story.at(7.0).kill("web-1", index=1)
    assert seen(story, faults=2).all_injected
    assert not seen(story, faults=2).all_undone


def test_the_watch_was_blind_only_within_a_gap() -> None:
    """A stretch that overlaps the gap was not seen whole."""
    picture = seen(Story(), Gap(t=6.0, resource="pods", since=4.0, reason="410"))
    assert [picture.sight.blind(*stretch) for stretch in ((0, 3), (3, 5), (5, 5.5), (5, 9), (6, 9))] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_marks_of_nodes_are_what_people_set() -> None:
    """A cordon and taints count, those that Kubernetes sets by condition do not; and whether it is Ready."""
    story = Story().node(
        taints=[Taint("node.kubernetes.io/not-ready", effect="NoExecute"), Taint("a", "b", "NoSchedule")]
    )
    assert seen(story.node("node-2", cordoned=True).node("node-3", ready="Unknown")).node_marks() == {
        "node-1": ["a=b:NoSchedule"],
        "node-2": ["cordoned"],
        "node-3": ["not ready"],
    }


def test_nodes_claims_and_what_is_missing_have_health_too() -> None:
    """A node must be Ready and schedulable, a claim Bound, and what does not exist is not whole."""
    story = Story().node().node("node-2", cordoned=True)
    for name, phase in (("data", "Bound"), ("lost", "Pending")):
        story.show("persistentvolumeclaims", Claim(metadata=ObjectMeta(name=name), status=ClaimStatus(phase)))
    picture = seen(story)
    whole = {
        ref: picture.health(Ref(ref)).whole
        for ref in ("node/node-1", "node/node-2", "persistentvolumeclaim/data", "persistentvolumeclaim/lost", "pod/x")
    }
    assert list(whole.values()) == [True, False, True, False, False]


def test_a_job_is_a_baseline_while_it_runs_and_whole_when_it_is_complete() -> None:
    """A Job that works has no lack that would forbid a fault, and is healthy only with its completions."""
    story = Story().show("jobs", Workload(metadata=ObjectMeta(name="batch", uid="uid-batch")))
    story.pod("batch-1", owner="uid-batch")
    picture = seen(story)
    assert picture.steady(Ref("job/batch")) == ""
    assert picture.health(Ref("job/batch")).lacks == "0 of 1 completions"


def test_only_ready_endpoints_count() -> None:
    """An address that is not ready takes no traffic; one that says nothing does."""
    slice_ = EndpointSlice(
        metadata=ObjectMeta(name="web-x", labels={"kubernetes.io/service-name": "web"}),
        endpoints=[
            Endpoint(["10.0.0.1"], EndpointConditions(ready=True)),
            Endpoint(["10.0.0.2"], EndpointConditions(ready=False)),
            Endpoint(["10.0.0.3"]),
        ],
    )
    picture = seen(Story().show("endpointslices", slice_))
    assert (picture.ready_endpoints("web"), picture.ready_endpoints("db")) == (2, 0)


def test_the_last_state_is_described_pod_by_pod() -> None:
    """A failure text says of each pod where it is and what it waits for."""
    story = Story(replicas=2).baseline().pod("web-0", ready=False, waiting="CrashLoopBackOff", restarts=2)
    assert seen(story.pod("web-1", terminating=True)).describe(WEB).splitlines() == [
        "deployment/web: 0 of 2 ready",
        "  pod web-0 on node-1: not ready, web waiting: CrashLoopBackOff, web restarted 2 times",
        "  pod web-1 on node-1: terminating, ready",
    ]
