"""Pods that the API server does not let a controller create, by who refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.diagnose.symptoms.workload_short import desired_pods
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.cluster import Event
from harness.model.full.workloads import Workload
from harness.model.objects import ObjectMeta
from harness.model.scene import Scene, last_seen
from harness.registry import SYMPTOMS

RECENT_SECONDS_MAX = 1200.0
"""A controller tries again in growing intervals, of 1000 s at most (client-go's rate limiter)."""


@SYMPTOMS.enter("create-refused")
class CreateRefused(SymptomReader):
    """A controller lacks pods at this moment, and the last word on creating one was a refusal.

    Facts: `by` (quota, limit-range, webhook, pod-security, service-account, priority-class, forbidden, invalid,
    other), `who` (the quota, the class, the account …), `what` (the resources, where it names them), `used` (of a
    quota), `message`, `seconds-ago`. It is about the workload, though a ReplicaSet's controller may have said it.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """The newest Event FailedCreate of each workload that is short of pods."""
        for ref, workload in scene.workloads():
            desired = desired_pods(ref, workload) if not ref.startswith("job/") else 1
            done = workload.status.succeeded >= desired if ref.startswith("job/") else False
            if done or sum(pod.active for pod in scene.pods_of(workload)) >= _wanted(scene, workload, desired):
                continue
            told = [event for owner in _owners(scene, workload) for event in _refusals(scene, owner)]
            if told:
                yield _symptom(scene, ref, max(told, key=last_seen))


def taken_apart(message: str) -> dict[str, str]:
    """By whom a creation was refused: facts `by`, `who`, `what`, as far as the message names them."""
    for pattern, by in _REFUSALS:
        found = re.search(pattern, message)
        if found:
            parts = {key: value for key, value in found.groupdict().items() if value}
            return {"by": by, **parts}
    return {"by": "other"}


def _wanted(scene: Scene, workload: Workload, desired: int) -> int:
    """How many pods its controllers want: in a roll-out the ReplicaSets together may want more."""
    sets = scene.owned(workload.metadata, "replicasets", Workload)
    return max(desired, sum(each.spec.replicas or 0 for each in sets))


def _owners(scene: Scene, workload: Workload) -> Iterator[ObjectMeta]:
    """The workload itself and its ReplicaSets that want pods."""
    yield workload.metadata
    for each in scene.owned(workload.metadata, "replicasets", Workload):
        if each.spec.replicas:
            yield each.metadata


def _refusals(scene: Scene, owner: ObjectMeta) -> list[Event]:
    events = scene.events_of(owner.name, uid=owner.uid, reasons=("FailedCreate", "SuccessfulCreate"))
    newest = events[0] if events else None
    recent = newest is not None and scene.at - last_seen(newest) <= RECENT_SECONDS_MAX
    return [newest] if newest is not None and recent and newest.reason == "FailedCreate" else []


def _symptom(scene: Scene, ref: str, event: Event) -> Symptom:
    about = f"{event.involved_object.kind.lower()}/{event.involved_object.name}"
    age = scene.at - last_seen(event)
    return Symptom(
        kind="create-refused",
        object=ref,
        text=f"no pod can be created, last tried {age:.0f} s ago: {event.message.strip()}",
        source=f"event FailedCreate of {about}",
        facts={**taken_apart(event.message), "message": event.message, "seconds-ago": f"{age:.0f}"},
        trouble=True,
        at=last_seen(event),
    )


_REFUSALS = (
    (r"exceeded quota: (?P<who>[^,]+), requested: (?P<what>\S+?)(?:, used: (?P<used>\S+?))?(?:, |$)", "quota"),
    (r"failed quota: (?P<who>[^:]+): must specify (?P<what>.+?)(?: for:|$)", "quota"),
    (r"(?:calling|admission) webhook \"(?P<who>[^\"]+)\"", "webhook"),
    (r"violates PodSecurity \"(?P<who>[^\"]+)\": (?P<what>.+)", "pod-security"),
    (r"(?i)(?:max|min)imum (?P<what>\S+) (?:usage|to request ratio|limit to request ratio) per", "limit-range"),
    (r"(?P<what>\S+) max limit to request ratio per", "limit-range"),
    (r"(?i)serviceaccounts? \"?(?:[^\s\"/]+/)?(?P<who>[^\s\"/]+)\"? (?:was )?not found", "service-account"),
    (r"no PriorityClass with name (?P<who>\S+) was found", "priority-class"),
    (r"is invalid: (?P<what>.+)", "invalid"),
    (r"is forbidden: (?P<what>.+)", "forbidden"),
)
