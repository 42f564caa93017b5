"""Who is said to have healed, and by what evidence."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from timelines import Story, a_pod, recovers

from harness.model.objects import Condition, Node, NodeStatus, ObjectMeta, Pod
from harness.model.timeline import Anchor
from harness.model.units import Ref

from .told import Told, healers, recoveries, replaced, unschedulable


def lost() -> Told:
    """The pod web-0 is gone at 5 s."""
    story = Told().baseline()
    story.at(4.0).kill("web-0").at(5.0).drop("pods", "web-0")
    return story


def whole(story: Story, at: float = 7.0) -> list[str]:
    """Who is said to have healed once a replacement is ready."""
    return healers(recoveries(story.at(at).pod("web-9").end(at + 8))[0])


def disrupted(name: str, reason: str) -> Pod:
    """A pod that somebody deletes for this reason."""
    pod = a_pod(name, terminating=True)
    conditions = [*pod.status.conditions, Condition(type="DisruptionTarget", status="True", reason=reason)]
    return msgspec.structs.replace(pod, status=msgspec.structs.replace(pod.status, conditions=conditions))


def away(ready: str) -> Node:
    """The node of the pods."""
    status = NodeStatus(conditions=[Condition(type="Ready", status=ready)])
    return Node(metadata=ObjectMeta(name="node-1", uid="uid-node-1"), status=status)


def test_a_new_pod_is_its_controllers_work() -> None:
    """The owner reference says whose, and the reason names the pod."""
    (anatomy,) = recoveries(replaced().end(12))
    assert [(h.name, h.why) for h in anatomy.healers] == [
        ("ReplicaSet", "pod web-9 was created, owned by ReplicaSet"),
    ]


@pytest.mark.parametrize(
    ("tell", "others"),
    [
        (lambda s: s.replicaset("web-2"), ["Deployment", "ReplicaSet"]),
        (lambda s: s.show("pods", unschedulable("web-9")), ["ReplicaSet", "scheduler"]),
        (lambda s: s.show("pods", disrupted("web-1", "DeletionByTaintManager")), ["node lifecycle", "ReplicaSet"]),
        (lambda s: s.show("pods", disrupted("web-1", "DeletionByPodGC")), ["pod garbage collector", "ReplicaSet"]),
        (lambda s: s.show("pods", disrupted("web-1", "PreemptionByScheduler")), ["ReplicaSet"]),
        (lambda s: s.tell("TaintManagerEviction", "Pod", "web-1"), ["node lifecycle", "ReplicaSet"]),
        (lambda s: s.tell("SuccessfulRescale", "HorizontalPodAutoscaler", "web"), ["HPA", "ReplicaSet"]),
        (lambda s: s.wrote("pods", "web-1", "kubectl-edit"), ["another client (kubectl-edit)", "ReplicaSet"]),
        (
            lambda s: s.wrote("deployments", "web", "keda", "scale"),
            ["another client (keda)", "ReplicaSet"],
        ),
        (lambda s: s.wrote("deployments", "web", "healproof-rule"), ["remediation rule", "ReplicaSet"]),
        (lambda s: s.wrote("deployments", "web", "kube-controller-manager", "status"), ["ReplicaSet"]),
        (lambda s: s.wrote("pods", "web-1", "some-agent", "status"), ["ReplicaSet"]),
        (lambda s: s.pod("web-1", restarts=1), ["kubelet", "ReplicaSet"]),
        (lambda s: s.show("nodes", away("Unknown")).show("nodes", away("True")), ["kubelet", "ReplicaSet"]),
        (lambda s: s.pod("stranger", owner="uid-other"), ["ReplicaSet"]),
    ],
)
def test_each_that_took_part_is_named_once(tell: Callable[[Told], object], others: list[str]) -> None:
    """In the order of their first deeds; what only reports a status, or belongs to others, took no part."""
    story = lost().at(5.5)
    tell(story)
    if a_pod("web-1", terminating=True).metadata == story._known["pods", "web-1"].metadata:  # type: ignore[attr-defined]
        story.at(6.0).drop("pods", "web-1").pod("web-8")
    assert whole(story) == others


def test_a_restart_in_place_is_the_kubelets() -> None:
    """Same pod, more restarts; nobody else did anything."""
    story = Told().baseline().at(4.0).injected(Anchor("container-ended", "pods", "web-0", "uid-web-0", "web"))
    story.at(4.5).pod("web-0", ready=False, exit_code=137).at(6.0).pod("web-0", restarts=1)
    (anatomy,) = recoveries(story.end(12))
    assert [(h.name, h.why) for h in anatomy.healers] == [("kubelet", "pod web-0: restartCount 0 → 1, same uid")]


def test_what_heals_by_nothing_that_was_seen_is_unknown() -> None:
    """A pod that is ready again, and nobody did anything: the harness does not guess."""
    story = Told().baseline().at(4.0).injected(Anchor("not-ready", "pods", "web-0", "uid-web-0"))
    story.at(4.5).pod("web-0", ready=False).at(6.0).pod("web-0")
    assert healers(recoveries(story.end(12))[0]) == ["unknown"]


def test_an_undo_before_the_recovery_is_named() -> None:
    """What healed only once the fault was put back did not heal alone."""
    story = Told().baseline().at(4.0).injected(Anchor("not-ready", "pods", "web-0", "uid-web-0"))
    story.at(4.5).pod("web-0", ready=False).undo(6.0).at(7.0).pod("web-0")
    assert healers(recoveries(story.end(15, undone=None), recovers(since="undo"))[0]) == ["healproof's undo"]


def test_what_never_broke_needed_nobody() -> None:
    """The fault is visible, the Deployment never lacked anything."""
    story = Told().baseline().at(4.0).injected(Anchor("node-cordoned", "nodes", "node-1"))
    (anatomy,) = recoveries(story.at(4.1).node(cordoned=True).at(5.0).event("web-0", "of no interest").end(12))
    assert (anatomy.recovered, anatomy.healers) == (True, [])


def test_what_was_whole_before_the_undo_was_not_healed_by_it() -> None:
    """The ReplicaSet was quicker: when the fault was put back there was nothing left to heal."""
    story = lost().at(6.0).pod("web-9").undo(9.0)
    (anatomy,) = recoveries(story.at(13.0).event("web-9", "Started").end(15, undone=None), recovers(since="undo"))
    assert (anatomy.recovered, anatomy.healers) == (True, [])


def test_those_that_tried_in_vain_are_named_too() -> None:
    """A replacement that never becomes ready is still the ReplicaSet's work."""
    (anatomy,) = recoveries(lost().at(5.5).pod("web-9", ready=False).end(30))
    assert (anatomy.recovered, healers(anatomy)) == (False, ["ReplicaSet"])


def test_a_node_that_is_back_is_its_kubelets_doing() -> None:
    """The promise is about the node itself."""
    story = Told().baseline().at(4.0).injected(Anchor("node-not-ready", "nodes", "node-1"))
    story.at(5.0).show("nodes", away("Unknown")).at(7.0).show("nodes", away("True"))
    (anatomy,) = recoveries(story.end(15), recovers(of=Ref("node/node-1")))
    assert (healers(anatomy), anatomy.of) == (["kubelet"], "node/node-1")
