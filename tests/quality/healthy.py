"""Stories in which nothing is wrong: each must be judged as passed, or the harness cries wolf."""

from __future__ import annotations

from cases import HEALTHY as CASES
from cases import Case, volume_full
from planted_kinds import STAYS, job, stateful
from planted_traffic import available
from planted_traffic import healed as healed_with_traffic
from timelines import WEB, Story, pod_delete, recovers, scenario

from harness.expect.never_below import NeverBelow
from harness.expect.restarts import Restarts
from harness.model.objects import Taint
from harness.model.timeline import Anchor, Request
from harness.model.units import Ref
from harness.model.verdict import Outcome

healthy = CASES.enter


@healthy(Outcome.PASSED, "recovered 1.50 ± 0.14 s")
def lost_pod_replaced() -> Case:
    """The pod is replaced 1.5 s after the kill."""
    promises = (recovers(), NeverBelow(of=WEB, ready=3), Restarts(of=WEB, at_most=0))
    return scenario(*promises), Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 5.5).end(10)


@healthy(Outcome.PASSED)
def no_fault_at_all() -> Case:
    """A control experiment: without a fault every promise holds."""
    promises = (recovers(), recovers(since="undo"), NeverBelow(of=WEB, ready=4), Restarts(of=WEB, at_most=0))
    story = Story().baseline().at(7.0).phase("undo").at(7.5).event("web-0", "nothing of interest")
    return scenario(*promises, faults=[]), story.end(12, undone=None)


@healthy(Outcome.PASSED)
def watch_is_faster_than_the_acknowledgement() -> Case:
    """The watch shows the pod terminating before the API server has acknowledged its deletion."""
    story = Story().baseline().at(3.98).pod("web-0", terminating=True)
    story.at(4.0).injected(Anchor("pod-gone", "pods", "web-0", "uid-web-0")).heal("web-0", "web-9", 5.5)
    return scenario(), story.end(10)


@healthy(Outcome.PASSED, "recovered 20.00")
def whole_at_the_very_deadline() -> Case:
    """The healthy stretch begins with the deadline and lasts beyond it."""
    story = Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 24.0)
    return scenario(), story.at(25.5).event("web-9", "Started").end(30)


@healthy(Outcome.PASSED, "recovered 1.50")
def failed_pod_lies_about() -> Case:
    """A pod that its node evicted stays as Failed; its controller has made another and does not count it."""
    story = Story().baseline().at(4.0).kill("web-0").at(4.5).pod("web-0", ready=False, phase="Failed")
    return scenario(), story.at(5.5).pod("web-9").end(10)


@healthy(Outcome.PASSED, "recovered 8.00")
def flaps_and_then_holds() -> Case:
    """A first healthy stretch is too short, the second is in time."""
    story = Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 6.0)
    return scenario(), story.at(8.0).pod("web-9", ready=False).at(12.0).pod("web-9").end(20)


@healthy(Outcome.PASSED, "recovered 2.00")
def both_faults_healed() -> Case:
    """The second fault comes before the first is healed; the clock runs from it."""
    story = Story().baseline().at(4.0).kill("web-0").at(5.0).kill("web-1", index=1)
    story.heal("web-0", "web-8", 6.0).heal("web-1", "web-9", 7.0)
    return scenario(faults=[pod_delete(), pod_delete(1)]), story.end(15, undone=(0, 1))


@healthy(Outcome.PASSED)
def rolled_out() -> Case:
    """A new template is rolled out pod by pod; pods are seen before their ReplicaSet."""
    story = Story(replicas=2).baseline().at(4.0).injected(Anchor("generation", "deployments", "web", count=1))
    story.at(4.1).deployment(generation=2, seen=1)
    story.at(4.2).deployment(generation=2, seen=2, updated=0).pod("web-8", owner="uid-web-2", ready=False)
    story.at(4.3).replicaset("web-2").at(6.0).pod("web-8", owner="uid-web-2").drop("pods", "web-0")
    story.at(6.1).pod("web-9", owner="uid-web-2", ready=False).at(8.0).pod("web-9", owner="uid-web-2")
    story.drop("pods", "web-1").at(8.1).deployment(generation=2, seen=2, updated=2)
    return scenario(recovers(), NeverBelow(of=WEB, ready=2)), story.end(15)


@healthy(Outcome.PASSED, "after the undo")
def failed_until_undone() -> Case:
    """What Kubernetes cannot heal stays failed, and heals once the fault is undone."""
    story = volume_full().at(5.0).pod("web-0", ready=False).undo(11).at(12.0).pod("web-0")
    return scenario(STAYS, recovers(since="undo")), story.end(20, undone=None)


@healthy(Outcome.PASSED)
def drained_and_uncordoned() -> Case:
    """A node is cordoned, its pod moves, the node is uncordoned; Kubernetes' own taint comes and goes."""
    story = Story().baseline().at(3.5).node(cordoned=True, taints=[Taint("node.kubernetes.io/unschedulable")])
    story.at(4.0).injected(Anchor("node-cordoned", "nodes", "node-1"), Anchor("pod-gone", "pods", "web-0", "uid-web-0"))
    story.at(4.1).pod("web-0", terminating=True).heal("web-0", "web-9", 6.0).undo(10)
    return scenario(), story.at(10.1).node(taints=[Taint("node.kubernetes.io/not-ready")]).end(15, undone=None)


@healthy(Outcome.PASSED)
def stateful_pod_under_its_name() -> Case:
    """The successor has the name of the lost pod; the end of the old one is told late."""
    story = Story().baseline()
    inject = story.entries.pop()
    story.show("statefulsets", stateful()).pod("db-0", owner="uid-db").say(inject).at(4.0).kill("db-0")
    story.at(5.0).drop("pods", "db-0")
    old_end = story.entries.pop()
    story.at(5.1).pod("db-0", owner="uid-db", uid="uid-new", ready=False)
    story.at(6.0).pod("db-0", owner="uid-db", uid="uid-new").say(old_end)
    return scenario(recovers(of=Ref("statefulset/db")), recovers(of=Ref("pod/db-0"))), story.end(15)


@healthy(Outcome.PASSED)
def job_done_by_the_second_pod() -> Case:
    """The Job completes although its first pod is lost."""
    story = Story().baseline()
    inject = story.entries.pop()
    story.show("jobs", job(0)).pod("batch-1", owner="uid-batch").say(inject).at(4.0).kill("batch-1")
    story.at(5.0).drop("pods", "batch-1").pod("batch-2", owner="uid-batch").at(13.0).show("jobs", job(1))
    return scenario(recovers(of=Ref("job/batch"))), story.end(20)


@healthy(Outcome.PASSED)
def relabelled_pod_replaced() -> Case:
    """A released pod runs on beside its replacement; it counts neither as ready nor as one too many."""
    story = Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 5.5)
    return scenario(), story.at(6.0).pod("web-1", owner="").at(6.5).pod("web-10").end(15)


@healthy(Outcome.PASSED)
def gap_before_the_fault() -> Case:
    """What the watch missed before the injection decides nothing."""
    story = Story().baseline()
    inject = story.entries.pop()
    story.at(2.5).gap("pods", 2.4).say(inject)
    return scenario(), story.at(4.0).kill("web-0").heal("web-0", "web-9", 5.5).end(10)


@healthy(Outcome.PASSED)
def observers_speak_after_the_end() -> Case:
    """The namespace is taken down after the run; what the watch shows of that is nobody's failure."""
    story = Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 5.5)
    story.end(10)
    return scenario(recovers(), NeverBelow(of=WEB, ready=3)), story.at(10.1).drop("deployments", "web").entries


@healthy(Outcome.PASSED)
def traffic_flows() -> Case:
    """One request of a hundred fails, and all are reported late and in disorder."""
    story = healed_with_traffic().traffic(3.0, 7.1, failing=(7.0, 7.1)).traffic(8.0, 13.8).traffic(7.1, 8.0)
    return scenario(recovers(), available(share=0.99, outage=0.5)), story.end(14)


@healthy(Outcome.PASSED)
def traffic_pauses() -> Case:
    """The prober had no processor for 1.5 s: that is no outage of the Service."""
    story = healed_with_traffic().traffic(3.0, 6.0).traffic(7.5, 13.8)
    return scenario(recovers(), available(outage=0.5)), story.end(14)


@healthy(Outcome.PASSED)
def slow_traffic() -> Case:
    """At a slow rhythm a stretch without a request is longer than at a quick one."""
    story = healed_with_traffic()
    for second in range(3, 99, 4):
        story.say(Request(t=second + 0.01, service="web", began=float(second)))
    slow = available(outage=None)
    slow = type(slow)(of=slow.of, at_least=slow.at_least, every=type(recovers().within)(4))
    return scenario(recovers(), slow), story.end(100)
