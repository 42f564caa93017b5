"""Planted defects of other workloads than Deployments, and of failures that were said to last: none may pass."""

from __future__ import annotations

import msgspec
from cases import PLANTED as CASES
from cases import Case, volume_full
from timelines import WEB, Story, recovers, scenario

from harness.expect.stays_failed import StaysFailed
from harness.model.objects import ObjectMeta, Workload, WorkloadSpec, WorkloadStatus
from harness.model.units import Ref, Seconds
from harness.model.verdict import Outcome

FAILED, INCONCLUSIVE = Outcome.FAILED, Outcome.INCONCLUSIVE
planted = CASES.enter


def stateful(name: str = "db") -> Workload:
    """A StatefulSet of one replica."""
    meta = ObjectMeta(name=name, uid=f"uid-{name}", generation=1)
    status = WorkloadStatus(observed_generation=1, updated_replicas=1)
    return Workload(metadata=meta, spec=WorkloadSpec(replicas=1), status=status)


@planted(FAILED, "pod db-0 is terminating")
def old_pod_of_the_same_name() -> Case:
    """The StatefulSet's pod hangs in terminating, under the name that its successor would have."""
    story = Story().baseline()
    inject = story.entries.pop()
    story.show("statefulsets", stateful()).pod("db-0", owner="uid-db").say(inject).at(4.0).kill("db-0")
    return scenario(recovers(of=Ref("pod/db-0"))), story.end(25)


def job(succeeded: int) -> Workload:
    """A Job of one completion."""
    status = WorkloadStatus(succeeded=succeeded)
    return Workload(metadata=ObjectMeta(name="batch", uid="uid-batch"), spec=WorkloadSpec(completions=1), status=status)


@planted(INCONCLUSIVE, "was complete before the fault")
def job_was_already_done() -> Case:
    """The Job had completed before its pod was deleted: nothing had to be done again."""
    story = Story().baseline()
    inject = story.entries.pop()
    story.show("jobs", job(1)).pod("batch-1", owner="uid-batch", ready=False, phase="Succeeded", exit_code=0)
    return scenario(recovers(of=Ref("job/batch"))), story.say(inject).at(4.0).kill("batch-1").end(15)


@planted(FAILED, "0 of 1 completions")
def job_never_done() -> Case:
    """The Job's pod is lost and its successor fails."""
    story = Story().baseline()
    inject = story.entries.pop()
    story.show("jobs", job(0)).pod("batch-1", owner="uid-batch").say(inject).at(4.0).kill("batch-1")
    story.at(5.0).drop("pods", "batch-1").at(6.0).pod("batch-2", owner="uid-batch", ready=False, phase="Failed")
    return scenario(recovers(of=Ref("job/batch"))), story.end(25)


@planted(FAILED, "wants 1 pods now, before the fault it wanted 2")
def daemon_set_on_fewer_nodes() -> Case:
    """A node is lost, so that the DaemonSet wants one pod less and has it."""

    def agent(wants: int) -> Workload:
        status = WorkloadStatus(observed_generation=1, desired_number_scheduled=wants, updated_number_scheduled=wants)
        return Workload(metadata=ObjectMeta(name="agent", uid="uid-agent", generation=1), status=status)

    story = Story().baseline()
    inject = story.entries.pop()
    story.show("daemonsets", agent(2)).pod("agent-1", owner="uid-agent").pod("agent-2", owner="uid-agent").say(inject)
    story.at(4.0).kill("agent-1").at(5.0).drop("pods", "agent-1").show("daemonsets", agent(1))
    return scenario(recovers(of=Ref("daemonset/agent"))), story.end(25)


STAYS = StaysFailed(of=WEB, within=Seconds(5), lasts=Seconds(5))


@planted(FAILED, "healed after 2.00 s")
def healed_although_said_to_stay_failed() -> Case:
    """What was said to stay failed heals by itself."""
    return scenario(STAYS), volume_full().at(5.0).pod("web-0", ready=False).at(7.0).pod("web-0").end(15)


@planted(FAILED, "was still whole")
def never_failed_although_said_so() -> Case:
    """What was said to fail does not."""
    return scenario(STAYS), volume_full().end(15)


@planted(INCONCLUSIVE, "the fault ended before")
def undone_before_it_had_stayed_failed() -> Case:
    """The fault is undone before it has lasted as long as was said."""
    return scenario(STAYS), volume_full().at(5.0).pod("web-0", ready=False).end(8)


@planted(INCONCLUSIVE, "db was no baseline: statefulset/db does not exist")
def what_is_not_there_stays_failed() -> Case:
    """The object of the promise never existed."""
    missing = msgspec.structs.replace(STAYS, of=Ref("statefulset/db"))
    return scenario(missing), volume_full().at(5.0).pod("web-0", ready=False).end(15)
