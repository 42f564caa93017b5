"""What is called collateral, and what is an alarm."""

from __future__ import annotations

import msgspec
import pytest
from timelines import WEB, Story, a_pod, recovers, scenario

from harness.expect.never_below import NeverBelow
from harness.faults.drift import Drift
from harness.faults.pod_delete import PodDelete
from harness.judge import judge
from harness.model.objects import ObjectMeta, Workload, WorkloadSpec, WorkloadStatus
from harness.model.scenario import Expectation, Fault
from harness.model.timeline import AnyEntry
from harness.model.units import Ref, Selector
from harness.model.verdict import Verdict

SHOP = Ref("statefulset/shop")


def beside() -> Story:
    """The web of all stories, and beside it a StatefulSet `shop` of one pod."""
    story = Story().baseline()
    inject = story.entries.pop()
    meta = ObjectMeta(name="shop", uid="uid-shop", generation=1)
    status = WorkloadStatus(observed_generation=1, updated_replicas=1)
    story.show("statefulsets", Workload(metadata=meta, spec=WorkloadSpec(replicas=1), status=status))
    return story.show("pods", shop_pod()).say(inject)


def shop_pod(*, ready: bool = True):
    pod = a_pod("shop-0", owner="uid-shop", ready=ready)
    return msgspec.structs.replace(pod, metadata=msgspec.structs.replace(pod.metadata, labels={"app": "shop"}))


def hit(story: Story) -> list[AnyEntry]:
    """The shop is not ready from 6 to 7 s."""
    story.at(6.0).show("pods", shop_pod(ready=False)).at(7.0).show("pods", shop_pod())
    return story.end(12, undone=(0,) if any(e.__class__.__name__ == "Injected" for e in story.entries) else None)


def verdict(story: Story, *promises: Expectation, faults: list[Fault] | None = None) -> Verdict:
    return judge(scenario(*promises, faults=faults), hit(story))


def test_a_bystander_that_is_hit_is_noted_and_changes_no_verdict() -> None:
    """Nobody promised anything of it; who reads the verdict should know."""
    told = verdict(beside().at(4.0).kill("web-0").heal("web-0", "web-9", 5.5))
    assert told.notes == ["collateral, named by no promise and no fault: statefulset/shop has 0 of 1 pods ready"]
    assert (told.outcome, told.alarms) == ("passed", [])


@pytest.mark.parametrize(
    ("promises", "faults"),
    [
        ([NeverBelow(of=SHOP, ready=1)], [PodDelete(select=Selector("app=web"))]),
        ([recovers()], [PodDelete(select=Selector("app=shop"))]),
        ([recovers()], [Drift(of=SHOP, set={"spec": {"replicas": 1}})]),
    ],
    ids=["by a promise", "by a selector", "by its name"],
)
def test_who_is_named_is_no_bystander(promises: list[Expectation], faults: list[Fault]) -> None:
    """What a promise or a fault names was meant."""
    story = beside().at(4.0).kill("web-0").heal("web-0", "web-9", 5.5)
    assert verdict(story, *promises, faults=faults).notes == []


def test_what_was_not_whole_before_is_not_collateral() -> None:
    """The fault did not take from it what it never had."""
    story = beside()
    inject = story.entries.pop()
    story.show("pods", shop_pod(ready=False)).say(inject)
    assert verdict(story.at(4.0).kill("web-0").heal("web-0", "web-9", 5.5)).notes == []


def test_without_a_fault_everybody_who_loses_readiness_is_an_alarm() -> None:
    """Whether it is promised or not: nothing was done to it."""
    story = beside().at(5.0).pod("web-0", ready=False).at(5.5).pod("web-0")
    told = verdict(story, NeverBelow(of=WEB, ready=1), faults=[])
    assert told.alarms == [
        "without any fault deployment/web has 3 of 4 pods ready",
        "without any fault statefulset/shop has 0 of 1 pods ready",
    ]
    assert told.notes == []
