"""Planted defects that the workload's own status does not show: leftovers, fights, storms; none may pass."""

from __future__ import annotations

import msgspec
from cases import HEALTHY, PLANTED, Case
from planted_kinds import stateful
from timelines import WEB, Story, a_pod, recovers, scenario

from harness.expect.restored import Restored
from harness.expect.updates import Updates
from harness.model.objects import Pod
from harness.model.state import EXISTS
from harness.model.timeline import State
from harness.model.verdict import Outcome

FAILED, INCONCLUSIVE, PASSED = Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.PASSED
CASES = PLANTED
planted, healthy = PLANTED.enter, HEALTHY.enter

Facts = dict[str, list[str]]
AS_IT_WAS: Facts = {
    "deployment.apps hp-web/web": [EXISTS, "label.app: web", "spec.replicas: 4"],
    "pods of Deployment hp-web/web": ["4 pods"],
    "service hp-web/web": [EXISTS, "spec.selector.app: web"],
}


def healed(before: Facts = AS_IT_WAS) -> Story:
    """A lost pod is replaced; the namespace was seen before."""
    story = Story().baseline()
    inject = story.entries.pop()
    story.say(State(t=2.9, when="before", facts=before)).say(inject)
    return story.at(4.0).kill("web-0").heal("web-0", "web-9", 5.5)


def seen_after(facts: Facts) -> Case:
    """The namespace as it is in the end."""
    story = healed().at(9.0).say(State(t=9.0, when="after", facts=facts))
    return scenario(recovers(), Restored()), story.end(12)


@healthy(PASSED, "the namespace is as before the fault")
def everything_put_back() -> Case:
    """The workload is whole and its namespace what it was, if told in another order."""
    return seen_after(dict(reversed(AS_IT_WAS.items())))


@planted(FAILED, "vanished: spec.selector.app: web")
def selector_left_wrong() -> Case:
    """Every pod is ready, and the Service selects nobody any more."""
    wrong = [EXISTS, "spec.selector.app: nobody"]
    return seen_after(AS_IT_WAS | {"service hp-web/web": wrong})


@planted(FAILED, "resourcequota hp-web/tight: appeared")
def quota_left_behind() -> Case:
    """Nothing hurts yet; the next pod will."""
    return seen_after(AS_IT_WAS | {"resourcequota hp-web/tight": [EXISTS, "spec.hard.pods: 4"]})


@planted(FAILED, "secret hp-web/web: vanished")
def secret_lost() -> Case:
    """What runs has read it long ago; the next pod cannot."""
    story = healed(AS_IT_WAS | {"secret hp-web/web": [EXISTS, "type: Opaque"]})
    story.at(9.0).say(State(t=9.0, when="after", facts=AS_IT_WAS))
    return scenario(recovers(), Restored()), story.end(12)


@planted(INCONCLUSIVE, "nobody looked at the namespace")
def nobody_looked_again() -> Case:
    """The run ended before the second look."""
    return scenario(recovers(), Restored()), healed().end(12)


@planted(INCONCLUSIVE, "no object of the namespace may be read")
def nothing_may_be_read() -> Case:
    """Two refusals are alike, and say nothing."""
    refused = {"all of secret": ["not listed: 403 Forbidden"]}
    story = healed(refused).at(9.0).say(State(t=9.0, when="after", facts=refused))
    return scenario(recovers(), Restored()), story.end(12)


@healthy(PASSED, "new pods: 1")
def calm_replacement() -> Case:
    """One pod is lost, one comes, the Deployment's status is written a few times."""
    story = healed()
    for _ in range(4):
        story.at(story.t + 0.1).deployment()
    return scenario(recovers(), Updates(of=WEB, at_most=10, new_pods=1)), story.end(12)


@planted(FAILED, "deployments/web was updated 11 times instead of at most 10")
def controllers_that_fight() -> Case:
    """The workload is whole all the time, while two hands write the same field in turn."""
    story = healed()
    for turn in range(60):
        story.at(story.t + 0.05).deployment(generation=turn + 2, seen=turn + 2)
    return scenario(recovers(), Updates(of=WEB, at_most=10)), story.end(12)


@planted(FAILED, "6 pods were created instead of at most 5")
def pod_storm() -> Case:
    """Pods come and go by the dozen until one stays; in the end the count is right."""
    story = healed()
    for number in range(20):
        story.at(story.t + 0.05).pod(f"web-s{number}", ready=False).at(story.t + 0.05).drop("pods", f"web-s{number}")
    return scenario(recovers(), Updates(of=WEB, at_most=10, new_pods=5)), story.end(15)


@planted(INCONCLUSIVE, "as far as the watch saw")
def calm_as_far_as_one_saw() -> Case:
    """What the watch missed may have been the storm."""
    story = healed().at(8.0).gap("pods", 6.0)
    return scenario(Updates(of=WEB, at_most=10, new_pods=1)), story.end(12)


@healthy(PASSED, "alarm: without any fault deployment/web has 3 of 4 pods ready")
def flap_without_a_fault() -> Case:
    """Every promise is kept, and what happened for no reason is said."""
    story = Story().baseline().at(5.0).pod("web-0", ready=False).at(5.5).pod("web-0").at(9.0).phase("undo")
    return scenario(recovers(), faults=[]), story.end(12, undone=None)


@healthy(PASSED, "collateral, named by no promise and no fault: statefulset/db has 0 of 1 pods ready")
def bystander_hit() -> Case:
    """The workload heals; another that nobody named lost its pod meanwhile, which is said and changes no verdict."""
    story = Story().baseline()
    inject = story.entries.pop()
    story.show("statefulsets", stateful()).show("pods", bystander(ready=True)).say(inject)
    story.at(4.0).kill("web-0").heal("web-0", "web-9", 5.5).at(6.0).show("pods", bystander(ready=False))
    return scenario(recovers()), story.end(12)


def bystander(*, ready: bool) -> Pod:
    """The pod of the other workload; no selector of a fault fits its labels."""
    pod = a_pod("db-0", owner="uid-db", ready=ready)
    return msgspec.structs.replace(pod, metadata=msgspec.structs.replace(pod.metadata, labels={"app": "db"}))


@healthy(PASSED, "new pods: 1")
def another_workload_storms() -> Case:
    """Pods that are nobody's of this workload are not counted against it."""
    story = healed()
    for number in range(20):
        story.at(story.t + 0.05).pod(f"shop-{number}", owner="uid-shop-1", ready=False)
    return scenario(recovers(), Updates(of=WEB, at_most=10, new_pods=1)), story.end(12)
