"""What the moments and measures of a recovery mean, to the hundredth of a second."""

from __future__ import annotations

from planted_kinds import job
from timelines import recovers

from harness.model.timeline import Anchor
from harness.model.units import Ref

from .told import Told, numbers, recoveries, replaced, steps, unschedulable


def test_every_moment_that_was_shown_is_told_in_order() -> None:
    """From the acknowledged fault over the replacement's start to the end of the hold."""
    (anatomy,) = recoveries(replaced().end(12))
    assert steps(anatomy) == [
        ("acknowledged", 4.0),
        ("reaction", 4.15),
        ("replaced", 4.2),
        ("scheduled", 4.3),
        ("image", 4.8),
        ("started", 5.0),
        ("ready", 6.0),
        ("recovered", 6.0),
        ("endpoints", 6.1),
        ("stable", 9.0),
    ]
    assert (anatomy.pod, anatomy.fault, anatomy.of) == ("web-9", "fault 1 (pod-delete)", "deployment/web")
    assert anatomy.moments[1].what == "endpointslice web-x: endpoints[web-0] ready → not ready"
    assert anatomy.moments[2].what == "pod web-9 created by ReplicaSet"


def test_the_measures_are_those_of_the_literature_each_with_its_own_error() -> None:
    """Reaction + recovery = outage. The start is uncertain by its call (10 ms), what the watch shows by 130 ms."""
    (anatomy,) = recoveries(replaced().end(12))
    assert numbers(anatomy) == {
        "reaction": (0.15, 0.14, False),
        "repair": (1.85, 0.13, False),
        "recovery": (1.85, 0.13, False),
        "outage": (2.0, 0.14, False),
    }


def test_what_was_not_shown_is_no_moment() -> None:
    """A pod that is first seen ready has no start, no image and no endpoints that anybody could know of."""
    story = Told().baseline().at(4.0).kill("web-0").at(5.0).drop("pods", "web-0").at(5.5).pod("web-9")
    (anatomy,) = recoveries(story.end(12))
    assert [name for name, _ in steps(anatomy)] == [
        "acknowledged", "reaction", "replaced", "scheduled", "started", "ready", "recovered", "stable",
    ]  # fmt: skip
    assert {t for name, t in steps(anatomy) if name in ("replaced", "scheduled", "started", "ready")} == {5.5}


def test_an_event_that_comes_after_the_start_tells_no_time() -> None:
    """Events are sent late: one about the image that arrives after the container ran is left out."""
    story = Told().baseline().at(4.0).kill("web-0").at(4.2).begun("web-9").at(5.0).started("web-9").pulled("web-8")
    story.at(5.1).pulled("web-9").drop("pods", "web-0").at(6.0).pod("web-9")
    assert "image" not in dict(steps(recoveries(story.end(12))[0]))


def test_the_way_told_is_that_of_the_last_pod_to_become_ready() -> None:
    """Two pods are lost; the second replacement is later, so that it decides."""
    story = Told().baseline().at(4.0).kill("web-0").at(4.3).pod("web-1", terminating=True)
    story.at(4.4).begun("web-8").begun("web-9").at(5.0).pod("web-9").at(5.1).drop("pods", "web-0").drop("pods", "web-1")
    (anatomy,) = recoveries(story.at(7.0).pod("web-8").end(14))
    assert (anatomy.pod, dict(steps(anatomy))["ready"]) == ("web-8", 7.0)


def test_a_restart_in_place_is_told_as_a_restart() -> None:
    """The pod stays, its container is started again."""
    story = Told().baseline().at(4.0).injected(Anchor("container-ended", "pods", "web-0", "uid-web-0", "web"))
    story.at(4.5).pod("web-0", ready=False, exit_code=137).at(5.5).pod("web-0", ready=False, restarts=1)
    (anatomy,) = recoveries(story.at(6.0).pod("web-0", restarts=1).end(12))
    assert steps(anatomy)[1:6] == [
        ("reaction", 4.5), ("restarted", 5.5), ("started", 5.5), ("ready", 6.0), ("recovered", 6.0),
    ]  # fmt: skip
    assert (
        anatomy.moments[1].what == "pod web-0: status.containerStatuses[web].state running → terminated, exit code 137"
    )


def test_what_the_harness_did_is_no_reaction() -> None:
    """The deletion of the victim is its own; so is an edit by its field manager."""
    story = Told().baseline().at(4.0).kill("web-0").at(4.2).wrote("pods", "web-1", "healproof").at(4.9).begun("web-9")
    (anatomy,) = recoveries(story.at(5.0).drop("pods", "web-0").at(6.0).pod("web-9").end(12))
    assert steps(anatomy)[1] == ("reaction", 4.9)


def test_what_changes_by_itself_is_no_reaction() -> None:
    """An object that is shown again unchanged says nothing."""
    story = Told().baseline().at(4.0).kill("web-0").at(4.3).deployment().node().at(5.0).drop("pods", "web-0")
    (anatomy,) = recoveries(story.at(6.0).pod("web-9").end(12))
    assert (steps(anatomy)[1], anatomy.moments[1].what) == (("reaction", 5.0), "pod web-0 removed")


def test_a_count_that_rises_is_no_reaction_to_a_fault() -> None:
    """A controller under load is late with its status: what it says of before the fault is none of the fault's."""
    story = Told().baseline()
    inject = story.entries.pop()
    story.deployment(updated=3).say(inject).at(4.0).kill("web-0").at(4.2).deployment().at(5.0).drop("pods", "web-0")
    (anatomy,) = recoveries(story.at(6.0).pod("web-9").end(12))
    assert steps(anatomy)[1] == ("reaction", 5.0)


def test_another_reason_to_wait_is_no_reaction() -> None:
    """After the undo a pod that cannot pull its image goes on complaining until the Deployment removes it."""
    story = Told().baseline().at(4.0).kill("web-0").at(5.0).drop("pods", "web-0")
    story.pod("web-8", ready=False, waiting="ErrImagePull").undo(8.0).at(8.1).pod("web-8", ready=False, waiting="Other")
    story.at(8.5).drop("pods", "web-8").at(9.0).pod("web-9")
    (anatomy,) = recoveries(story.end(15, undone=None), recovers(since="undo"))
    assert anatomy.moments[1].what == "pod web-8 removed"


def test_the_pod_of_a_job_is_over_when_the_job_is_whole() -> None:
    """Its way is told although it no longer serves."""
    story = Told().baseline()
    inject = story.entries.pop()
    story.show("jobs", job(0)).pod("batch-1", owner="uid-batch").say(inject).at(4.0).kill("batch-1")
    story.at(4.5).begun("batch-2", owner="uid-batch").at(5.0).drop("pods", "batch-1").pod("batch-2", owner="uid-batch")
    story.at(13.0).pod("batch-2", owner="uid-batch", ready=False, phase="Succeeded").show("jobs", job(1))
    (anatomy,) = recoveries(story.end(20), recovers(of=Ref("job/batch")))
    assert (anatomy.pod, dict(steps(anatomy))["ready"]) == ("batch-2", 5.0)


def test_what_never_came_is_a_bound_and_no_number() -> None:
    """The replacement is stuck without a node: reaction is a number, the rest is longer than what was waited."""
    story = Told().baseline().at(4.0).kill("web-0").at(4.5).show("pods", unschedulable("web-9"))
    (anatomy,) = recoveries(story.at(5.0).drop("pods", "web-0").end(30))
    assert not anatomy.recovered
    assert [name for name, _ in steps(anatomy)] == ["acknowledged", "reaction", "replaced"]
    assert numbers(anatomy) == {
        "reaction": (0.5, 0.14, False),
        "repair": (19.5, 0.0, True),
        "recovery": (19.5, 0.0, True),
        "outage": (20.0, 0.0, True),
    }


def test_the_clock_of_an_undo_starts_with_it() -> None:
    """What Kubernetes cannot heal while the fault lasts is measured from its end, users' pain from its begin."""
    story = Told().baseline().at(4.0).kill("web-0").at(5.0).drop("pods", "web-0").traffic(4.0, 6.0, failing=(5.0, 5.3))
    story.undo(8.0).at(8.2).begun("web-9").at(9.0).pod("web-9")
    (anatomy,) = recoveries(story.end(15, undone=None), recovers(since="undo"))
    assert anatomy.fault == "the undo of fault 1 (pod-delete)"
    assert steps(anatomy)[:3] == [("acknowledged", 8.01), ("reaction", 8.2), ("replaced", 8.2)]
    assert numbers(anatomy)["outage"] == (0.99, 0.14, False)
    assert {m.name: m.value for m in anatomy.users[0].measures}["failed requests"] == 3
