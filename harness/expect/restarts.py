"""The promise that the containers of a workload restart at most so many times."""

from __future__ import annotations

from typing import Annotated

import msgspec

from harness.model.objects import ContainerStatus, Pod
from harness.model.picture import REPLICA_KINDS, Picture
from harness.model.scenario import Checker, Expectation
from harness.model.timeline import AnyEntry, Change, Phase
from harness.model.verdict import Finding, Measure, Outcome
from harness.registry import EXPECTATIONS


@EXPECTATIONS.enter("restarts")
class Restarts(Expectation, frozen=True, kw_only=True):
    """From the end of the baseline to the end of the run containers of the workload restart at most `at-most` times.

    Counted over all pods that the workload owns in that time, those that came or went included. A container that
    has ended and will be started again counts already, for the run may be over before the kubelet has done so.
    """

    kinds = (*REPLICA_KINDS, "job", "pod")

    at_most: Annotated[int, msgspec.Meta(ge=0)]

    def checker(self) -> Checker:
        """A fresh checker."""
        return _Count(self)


class _Count(Checker):
    def __init__(self, promise: Restarts) -> None:
        self._promise = promise
        self._before: dict[str, int] | None = None
        self._highest: dict[str, int] = {}
        self._broken: Finding | None = None

    def see(self, entry: AnyEntry, picture: Picture) -> None:
        if isinstance(entry, Phase) and entry.name == "inject" and self._before is None:
            self._before = {pod.metadata.uid: _ends(pod) for pod in picture.pods_of(self._promise.of)}
        if self._before is None or self._broken is not None or not _about_pods(entry):
            return
        for pod in picture.pods_of(self._promise.of):
            self._count(pod)
        if isinstance(entry, Change) and isinstance(entry.object, Pod) and entry.object.metadata.uid in self._highest:
            self._count(entry.object)  # its last words: a deleted pod is no longer in the picture
        if self._restarts() > self._promise.at_most:
            text = (
                f"containers of {self._promise.of} restarted {self._restarts()} times, "
                f"promised were at most {self._promise.at_most}"
            )
            self._broken = self._found(Outcome.FAILED, text, entry.t, picture)

    def decide(self, now: float, picture: Picture) -> Finding | None:
        return self._broken

    def conclude(self, now: float, picture: Picture) -> Finding:
        if self._broken is not None:
            return self._broken
        if not self._before and not self._highest:
            return self._found(Outcome.INCONCLUSIVE, f"no pod of {self._promise.of} was observed", now, picture)
        text = f"containers of {self._promise.of} restarted {self._restarts()} times, at most {self._promise.at_most}"
        return self._found(Outcome.PASSED, text, now, picture)

    def _count(self, pod: Pod) -> None:
        self._highest[pod.metadata.uid] = max(self._highest.get(pod.metadata.uid, 0), _ends(pod))

    def _restarts(self) -> int:
        before = self._before or {}
        return sum(count - before.get(uid, 0) for uid, count in self._highest.items())

    def _found(self, outcome: Outcome, text: str, at: float, picture: Picture) -> Finding:
        bad = outcome is not Outcome.PASSED
        extra = self._restarts() - self._promise.at_most
        return Finding(
            expectation=Restarts.name,
            outcome=outcome,
            text=text,
            at=at,
            last_seen=picture.describe(self._promise.of) if bad else "",
            difference=f"{extra} restarts too many" if outcome is Outcome.FAILED else "",
            measures=[Measure(name="restarts", value=self._restarts(), unit="count")],
        )


def _ends(pod: Pod) -> int:
    """How often its containers have ended to be started again, whether or not that has happened yet."""
    return pod.restarts + sum(_starts_again(pod, status) for status in pod.status.container_statuses)


def _starts_again(pod: Pod, status: ContainerStatus) -> bool:
    """Whether a container is down for now: the kubelet counts a restart only once it has started it."""
    ended = status.state.terminated
    if ended is None and status.state.waiting is not None:
        ended = status.last_state.terminated
    if ended is None or not pod.active or pod.spec.restart_policy == "Never":
        return False
    return pod.spec.restart_policy == "Always" or ended.exit_code != 0


def _about_pods(entry: AnyEntry) -> bool:
    """A ReplicaSet that the watch shows after its pods tells whose pods they are."""
    return isinstance(entry, Phase) or (isinstance(entry, Change) and entry.resource in ("pods", "replicasets"))
