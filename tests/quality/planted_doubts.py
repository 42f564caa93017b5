"""Planted observations that cannot be trusted: whatever the workload did, none may be judged as passed."""

from __future__ import annotations

from cases import PLANTED as CASES
from cases import Case, volume_full
from planted import killed, lost
from timelines import WEB, Story, pod_delete, recovers, scenario

from harness.expect.never_below import NeverBelow
from harness.model.objects import Taint
from harness.model.timeline import Anchor
from harness.model.verdict import Outcome

INCONCLUSIVE = Outcome.INCONCLUSIVE
planted = CASES.enter


@planted(INCONCLUSIVE, "fault 2 (pod-delete) was not injected")
def second_fault_never_injected() -> Case:
    """Of two faults only one came."""
    story = killed().heal("web-0", "web-9", 5.0)
    return scenario(faults=[pod_delete(), pod_delete(5)]), story.end(15)


@planted(INCONCLUSIVE, "the watch never showed it")
def fault_did_not_bite() -> Case:
    """The call was acknowledged, the pod lives on."""
    return scenario(), Story().baseline().at(4.0).kill("web-0", visible_after=-1).end(25)


@planted(INCONCLUSIVE, "did not bite: write through the mount")
def evidence_denied() -> Case:
    """The other source says that the fault did not bite, although the workload dips and heals."""
    story = volume_full(bit=False).at(5.0).pod("web-0", ready=False).at(8.0).pod("web-0")
    return scenario(), story.end(15)


@planted(INCONCLUSIVE, "no evidence that it bit")
def no_evidence_at_all() -> Case:
    """Nothing but its own call says that the fault was there."""
    story = Story().baseline().at(4.0).injected().at(5.0).pod("web-0", ready=False).at(8.0).pod("web-0")
    return scenario(), story.end(15)


@planted(INCONCLUSIVE, "did not bite")
def an_old_event_as_proof() -> Case:
    """The Event that is to prove the fault was there before the injection, and nothing came after."""
    story = Story().baseline().event("web-0", "Liveness probe failed")
    story.at(4.0).injected(Anchor("event", "events", "web-", text="Liveness probe failed"))
    return scenario(), story.at(5.0).pod("web-0", ready=False).at(6.0).pod("web-0").end(15)


@planted(INCONCLUSIVE, "did not bite")
def a_late_event_of_an_old_pod_as_proof() -> Case:
    """The Event that is to prove a bad roll-out comes after the injection, but about a pod from before it."""
    story = Story().baseline().at(4.0)
    story.injected(Anchor("event", "events", "web-", text="probe failed", apart_from=["uid-web-0"]))
    story.at(4.5).event("web-0", "Readiness probe failed")
    return scenario(), story.at(5.0).pod("web-0", ready=False).at(6.0).pod("web-0").end(15)


@planted(INCONCLUSIVE, "the watch of pods missed 2.00 s")
def gap_in_the_watch() -> Case:
    """For two seconds after the injection nobody looked."""
    return scenario(), killed().heal("web-0", "web-9", 5.0).at(7.0).gap("pods", 5.0).end(15)


@planted(INCONCLUSIVE, "as far as the watch saw")
def blind_at_the_deadline() -> Case:
    """The watch was blind around the deadline and shows a healthy workload right after: it may have been in time."""
    story = lost().at(24.5).event("web-1", "something else").at(26.0).gap("pods", 23.0).at(26.1).pod("web-9")
    return scenario(), story.end(40)


@planted(INCONCLUSIVE, "undo of fault 1 (pod-delete) failed: no answer")
def undo_failed() -> Case:
    """All healed, but the fault could not be put back."""
    return scenario(), killed().heal("web-0", "web-9", 5.0).undo(10, error="no answer").end(15, undone=None)


@planted(INCONCLUSIVE, "the undo itself failed")
def never_recovered_because_the_undo_failed() -> Case:
    """The workload stays broken because the harness could not undo: its own fault, not the workload's."""
    story = volume_full().at(5.0).pod("web-0", ready=False).undo(8, error="no answer")
    return scenario(recovers(since="undo")), story.end(40, undone=None)


@planted(INCONCLUSIVE, "was not undone")
def not_undone() -> Case:
    """The run ends without an undo."""
    return scenario(), killed().heal("web-0", "web-9", 5.0).end(15, undone=None)


@planted(INCONCLUSIVE, "has 3 of 4 pods ready")
def baseline_broken_at_the_injection() -> Case:
    """A pod fails in the same moment in which the baseline ends; not by the fault."""
    story = Story().baseline()
    inject = story.entries.pop()
    story.at(2.9).pod("web-3", ready=False).say(inject).at(3.5).pod("web-3")
    return scenario(), story.at(4.0).kill("web-0").heal("web-0", "web-9", 5.0).end(15)


@planted(INCONCLUSIVE, "was no baseline")
def baseline_flaps_before_the_fault_is_due() -> Case:
    """Between the end of the baseline and the fault a pod comes and goes by itself."""
    story = Story().baseline().at(3.2).pod("web-3", ready=False).at(3.6).pod("web-3").at(4.0).kill("web-0")
    return scenario(faults=[pod_delete(1)]), story.heal("web-0", "web-9", 5.0).end(15)


@planted(INCONCLUSIVE, "wants no pods")
def nothing_wanted() -> Case:
    """A Deployment of no replicas has all its pods."""
    story = Story(replicas=0).baseline().at(4.0).injected().evidence()
    return scenario(), story.end(15)


@planted(INCONCLUSIVE, "never steady")
def never_steady() -> Case:
    """The workload never came up, so that no fault was injected."""
    story = Story().baseline()
    story.entries.pop()
    return scenario(), story.at(90).broken("baseline", "not steady within 90s").end(91, undone=None)


@planted(INCONCLUSIVE, "node node-1 is left cordoned")
def node_left_cordoned() -> Case:
    """The undo was acknowledged, but the watch shows the node still cordoned."""
    story = killed().at(4.2).node(cordoned=True).heal("web-0", "web-9", 5.0)
    return scenario(), story.end(15)


@planted(INCONCLUSIVE, "maintenance=:NoSchedule")
def taint_left_behind() -> Case:
    """A taint that was not there before is there at the end."""
    story = killed().at(4.2).node(taints=[Taint("maintenance", effect="NoSchedule")]).heal("web-0", "web-9", 5.0)
    return scenario(), story.end(15)


@planted(INCONCLUSIVE, "node node-1 is left not ready, before it was unmarked")
def node_left_not_ready() -> Case:
    """The workload has moved and is whole; the node that was taken down has not come back."""
    story = killed().at(4.2).node(ready="Unknown").heal("web-0", "web-9", 5.0)
    return scenario(), story.end(10)


@planted(INCONCLUSIVE, "node node-1 is left PIDPressure, before it was unmarked")
def node_left_under_pressure() -> Case:
    """The workload has moved and is whole; no pod can go to the node yet, so the next one finds a smaller cluster."""
    story = killed().at(4.2).node(pressure="True").heal("web-0", "web-9", 5.0)
    return scenario(), story.end(10)


@planted(INCONCLUSIVE, "residue: nodes are not as before")
def residue_found() -> Case:
    """The runner's own look for residue found some, although a promise is broken as well."""
    return scenario(), lost().at(30).broken("residue", "nodes are not as before").end(31)


@planted(INCONCLUSIVE, "ends before the run did")
def cut_off() -> Case:
    """The harness died: the timeline has no end."""
    return scenario(), killed().heal("web-0", "web-9", 5.0).undo(15).entries


@planted(INCONCLUSIVE, "observation ended after")
def observation_too_short() -> Case:
    """The run ends before the deadline, with the workload still broken."""
    return scenario(), lost().end(12)


@planted(INCONCLUSIVE, "fell to 2 ready pods")
def broken_before_the_fault_and_after_it() -> Case:
    """A promise is broken, but a pod was missing already when the fault came: the fault may not be the cause."""
    story = Story().baseline().at(3.2).pod("web-3", ready=False).at(4.0).kill("web-0").heal("web-0", "web-9", 5.0)
    return scenario(recovers(), NeverBelow(of=WEB, ready=3), faults=[pod_delete(1)]), story.end(30)


@planted(INCONCLUSIVE, "fell to 3 ready pods")
def broken_by_something_else_than_the_fault() -> Case:
    """A promise is broken, but the fault never bit: whatever broke it was not the experiment."""
    story = Story().baseline().at(4.0).kill("web-0", visible_after=-1).at(5.0).pod("web-3", ready=False)
    return scenario(NeverBelow(of=WEB, ready=4)), story.end(30)


@planted(INCONCLUSIVE, "fault 2 (pod-delete): no evidence that it bit")
def evidence_of_another_fault() -> Case:
    """Two faults, both without a trace in the watch; only the first is proved."""
    story = volume_full().at(5.0).injected(index=1).at(6.0).pod("web-0", ready=False).at(7.0).pod("web-0")
    return scenario(faults=[pod_delete(), pod_delete(1)]), story.end(15, undone=(0, 1))
