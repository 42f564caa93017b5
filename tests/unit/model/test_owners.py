"""What owners promise: whatever changes in whatever order, the counts are those of the pods one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.model.objects import Condition, ObjectMeta, OwnerReference, Pod, PodStatus, Workload
from harness.model.owners import Owners

CONTROLLERS = ("set-1", "set-2", "stateful", "")
SETS_OF = {"set-1": "deployment", "set-2": "deployment"}


def _meta(uid: str, owner: str, deleted: bool = False) -> ObjectMeta:
    references = [OwnerReference(uid="a-bystander"), OwnerReference(uid=owner, controller=True)] if owner else []
    stamp = "2026-01-01T00:00:00Z" if deleted else None
    return ObjectMeta(name=uid, uid=uid, owner_references=references, deletion_timestamp=stamp)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Pod, bool]:
    meta = _meta(f"pod-{draw(st.integers(0, 3))}", draw(st.sampled_from(CONTROLLERS)), draw(st.booleans()))
    ready = Condition(type="Ready", status=draw(st.sampled_from(("True", "False", "Unknown"))))
    status = PodStatus(phase=draw(st.sampled_from(("Running", "Pending", "Failed"))), conditions=[ready])
    return Pod(metadata=meta, status=status), draw(st.booleans())


@given(st.lists(changes(), max_size=30))
def test_counts_are_those_of_the_pods(seen: list[tuple[Pod, bool]]) -> None:
    """Pods come, change owners, stop to count and go: the counts kept are the counts counted."""
    owners, now = Owners(), {}
    for uid, deployment in SETS_OF.items():
        owners.replica_set(Workload(metadata=_meta(uid, deployment)), gone=False)
    for pod, gone in seen:
        owners.pod(pod, gone=gone)
        now.pop(pod.metadata.uid, None)
        if not gone:
            now[pod.metadata.uid] = pod
    for controller in (*CONTROLLERS, "deployment"):
        whose = [controller, *(uid for uid, owner in SETS_OF.items() if owner == controller)]
        wanted = [pod for pod in now.values() if pod.metadata.controller_uid in whose]
        assert {pod.metadata.uid: pod for pod in owners.pods_of(controller)} == {
            pod.metadata.uid: pod for pod in wanted
        }
        active = [pod for pod in wanted if pod.active]
        assert owners.standing(controller) == (len(active), sum(pod.ready for pod in active))


def test_a_replica_set_that_is_gone_or_released_takes_its_pods_along() -> None:
    """A Deployment answers for the pods of the ReplicaSets that it owns now."""
    owners = Owners()
    owners.pod(Pod(metadata=_meta("pod-1", "set-1"), status=PodStatus(phase="Running")), gone=False)
    for owner, gone, counted in (("deployment", False, 1), ("", False, 0), ("deployment", False, 1), ("", True, 0)):
        owners.replica_set(Workload(metadata=_meta("set-1", owner)), gone=gone)
        assert owners.standing("deployment").active == counted
    assert owners.standing("set-1").active == 1
