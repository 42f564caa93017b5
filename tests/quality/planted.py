"""Planted recoveries that are broken and observations that cannot be trusted: none may be judged as passed.

Each function tells one story; its docstring says what is wrong, its decorator what the verdict must say.
"""

from __future__ import annotations

from cases import PLANTED as CASES
from cases import Case, volume_full
from timelines import WEB, Story, a_pod, owned, pod_delete, recovers, scenario

from harness.expect.never_below import NeverBelow
from harness.expect.restarts import Restarts
from harness.model.objects import ObjectMeta, Workload
from harness.model.timeline import Anchor, Change
from harness.model.units import Seconds
from harness.model.verdict import Outcome

FAILED, INCONCLUSIVE = Outcome.FAILED, Outcome.INCONCLUSIVE
planted = CASES.enter


def killed(*, replicas: int = 4, at: float = 4.0) -> Story:
    """A story in which the first pod was just deleted."""
    return Story(replicas=replicas).baseline().at(at).kill("web-0")


def lost() -> Story:
    """A story in which the first pod is gone."""
    return killed().at(5.0).drop("pods", "web-0")


@planted(FAILED, "had not recovered")
def verdict_before_the_dip() -> Case:
    """For 1.7 s after the kill the watch still shows every pod ready; then one goes and never comes back."""
    story = Story().baseline().at(4.0).kill("web-0", visible_after=1.7)
    return scenario(recovers(hold=1)), story.at(6.0).drop("pods", "web-0").end(25)


@planted(FAILED, "has 3 of 4 pods ready")
def terminating_pod_counted() -> Case:
    """The killed pod goes on being Ready while it terminates, and is not replaced."""
    return scenario(), killed().end(25)


@planted(FAILED, "web-9 on node-1: not ready")
def running_is_not_ready() -> Case:
    """The replacement is Running but never Ready."""
    return scenario(), lost().at(5.1).pod("web-9", ready=False).end(25)


@planted(FAILED, "web-9 on node-1: not ready")
def dies_again_and_is_told_late() -> Case:
    """Every life of the replacement ends after 3 s; a starved kubelet tells of the second death 2.3 s late."""
    story = killed().at(5.0).drop("pods", "web-0").at(5.1).pod("web-9").at(8.2).pod("web-9", ready=False)
    story.at(9.0).pod("web-9").at(14.3).pod("web-9", ready=False)
    return scenario(recovers(within=8, hold=5)), story.end(35)


@planted(FAILED, "wants 3 pods now, before the fault it wanted 4")
def silently_scaled_down() -> Case:
    """Somebody scales to the number that is left: all wanted pods are ready."""
    return scenario(), lost().at(5.1).deployment(wants=3, generation=2, seen=2).end(25)


@planted(FAILED, "has 3 of 4 pods ready")
def quota_lets_three_of_four() -> Case:
    """A quota refuses the replacement; the controller retries for ever."""
    story = lost()
    return scenario(), story.at(5.1).event("web-1", "Error creating: exceeded quota").end(25)


@planted(FAILED, "CreateContainerConfigError")
def config_map_gone() -> Case:
    """The replacement cannot start because its ConfigMap is gone."""
    story = lost().at(5.1).pod("web-9", ready=False, phase="Pending", waiting="CreateContainerConfigError")
    return scenario(), story.end(25)


@planted(FAILED, "has 3 of 4 pods ready")
def ready_three_seconds_then_dies() -> Case:
    """The replacement is ready for three seconds at a time, the hold asks for five."""
    story = lost()
    for start in (6.0, 12.0, 18.0):
        story.at(start).pod("web-9", restarts=int(start)).at(start + 3).pod("web-9", ready=False, exit_code=1)
    return scenario(recovers(hold=5)), story.end(25)


@planted(FAILED, "had not recovered")
def broken_again_within_the_hold() -> Case:
    """The stretch begins before the deadline, and ends after it but before the hold is over."""
    story = lost().at(22.0).pod("web-9").at(24.9).pod("web-9", ready=False)
    return scenario(recovers(within=20, hold=3)), story.end(40)


@planted(FAILED, "1 of 4 pods on its newest template")
def old_pods_counted() -> Case:
    """A roll-out stops after its first pod: four pods are ready, three of the old template."""
    story = Story().baseline().at(4.0).injected(Anchor("generation", "deployments", "web", count=1))
    story.at(4.1).deployment(generation=2, seen=2, updated=0).replicaset("web-2").drop("pods", "web-0")
    story.at(5.0).pod("web-9", owner="uid-web-2").deployment(generation=2, seen=2, updated=1)
    return scenario(), story.end(25)


@planted(FAILED, "its controller has not yet seen generation 2")
def observed_generation_is_stale() -> Case:
    """The controller never looks at the new template, so that its status is that of the old one."""
    story = Story().baseline().at(4.0).injected(Anchor("generation", "deployments", "web", count=1))
    return scenario(), story.at(4.1).deployment(generation=2, seen=1).end(25)


@planted(FAILED, "has 3 of 4 pods ready")
def replicas_of_the_wrong_replica_set() -> Case:
    """The fourth ready pod carries the labels but belongs to somebody else's ReplicaSet."""
    story = lost().at(5.1).replicaset("canary-1", owner="uid-canary").pod("canary-9", owner="uid-canary-1")
    return scenario(), story.end(25)


@planted(FAILED, "has 3 of 4 pods ready")
def released_pod_counted() -> Case:
    """A pod whose label was changed by hand is released by its ReplicaSet; it runs on but is nobody's replica."""
    story = Story().baseline().at(4.0).kill("web-0").heal("web-0", "web-9", 5.5)
    return scenario(recovers(hold=5)), story.at(6.0).pod("web-1", owner="").end(25)


@planted(FAILED, "had not recovered 20s")
def healed_after_the_deadline() -> Case:
    """The replacement is ready a second after the deadline and stays so."""
    return scenario(), lost().at(25.0).pod("web-9").end(40)


@planted(FAILED, "still has 5 pods, wanted are 4")
def surge_pods_left_over() -> Case:
    """Two replacements for one pod: one ready pod too many stays."""
    return scenario(), lost().at(5.1).pod("web-8").pod("web-9").end(25)


@planted(FAILED, "does not exist")
def workload_deleted() -> Case:
    """The Deployment is gone; its pods run on as orphans."""
    return scenario(), killed().heal("web-0", "web-9", 5.0).at(5.5).drop("deployments", "web").end(25)


@planted(FAILED, "had not recovered")
def restart_loop() -> Case:
    """Ready and crashed in turns of two seconds; at each look in between all is well."""
    story = lost()
    for start in range(5, 25, 2):
        story.at(start).pod("web-9", ready=start % 4 == 1, restarts=start)
    return scenario(recovers(hold=3), Restarts(of=WEB, at_most=100)), story.end(26)


@planted(FAILED, "restarted 3 times")
def restarts_counted_in_the_last_words() -> Case:
    """The restarts are told only by the object that the deletion carries."""
    story = killed().heal("web-0", "web-9", 5.0).at(9.0)
    story.say(Change(t=9.0, op="deleted", resource="pods", object=a_pod("web-9", restarts=3)))
    return scenario(recovers(), Restarts(of=WEB, at_most=2)), story.at(9.1).pod("web-10").end(20)


@planted(FAILED, "had not recovered")
def only_the_first_of_two_faults_healed() -> Case:
    """The first lost pod is replaced and the hold over before the second is killed, which is not replaced."""
    story = killed().heal("web-0", "web-9", 5.0).at(9.0).event("web-9", "Started")
    story.at(12.0).kill("web-1", index=1).at(13.0).drop("pods", "web-1")
    return scenario(faults=[pod_delete(), pod_delete(9)]), story.end(40, undone=(0, 1))


@planted(FAILED, "had not recovered")
def recovered_between_two_undos() -> Case:
    """It recovers after the first undo; the second sets a roll-out in motion that never ends."""
    story = (
        killed()
        .heal("web-0", "web-9", 5.0)
        .at(6.0)
        .injected(Anchor("generation", "deployments", "web", count=1), index=1)
    )
    story.at(6.1).deployment(generation=2, seen=2).undo(7.0, indices=(0,)).undo(15.0, indices=(1,))
    story.at(15.5).deployment(generation=3, seen=3, updated=0)
    faults = [pod_delete(lasts=Seconds(3)), pod_delete(3)]
    return scenario(recovers(since="undo"), faults=faults), story.end(40, undone=None)


@planted(INCONCLUSIVE, "never seen broken")
def nothing_ever_broke() -> Case:
    """The fault is proved, but the workload never notices: nothing has recovered."""
    return scenario(), volume_full().end(25)


@planted(FAILED, "had not recovered")
def dip_after_the_hold() -> Case:
    """The workload notices a full volume only after five seconds, longer than the hold, and never heals."""
    return scenario(recovers(hold=3)), volume_full().at(9.0).pod("web-0", ready=False).end(25)


@planted(FAILED, "fell to 2 ready pods")
def below_the_floor_for_a_moment() -> Case:
    """For 50 ms two of four pods are not ready at once."""
    story = killed().at(4.2).pod("web-1", ready=False).at(4.25).pod("web-1").heal("web-0", "web-9", 5.0)
    return scenario(recovers(), NeverBelow(of=WEB, ready=3)), story.end(15)


def orphan() -> Story:
    """A story with a ReplicaSet that nobody owns."""
    meta = ObjectMeta(name="web-7", uid="uid-web-7", owner_references=owned(""))
    return lost().show("replicasets", Workload(metadata=meta)).pod("web-9", owner="uid-web-7")


@planted(FAILED, "has 3 of 4 pods ready")
def replicas_of_an_orphan() -> Case:
    """The fourth ready pod belongs to a ReplicaSet that the Deployment has let go."""
    return scenario(), orphan().end(25)


@planted(FAILED, "restarted 1 times, promised were at most 0")
def over_before_the_restart() -> Case:
    """The container has ended, and the run is over before the kubelet starts it again and counts that."""
    story = Story().baseline().at(4.0).injected(Anchor("container-ended", "pods", "web-0", "uid-web-0", "web"))
    return scenario(Restarts(of=WEB, at_most=0)), story.at(4.2).pod("web-0", exit_code=137).at(4.3).end(4.5)
