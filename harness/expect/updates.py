"""The promise that healing is calm: nobody rewrites the workload's objects all the time, pods come in no storm."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import msgspec

from harness.model.anchors import meta_of
from harness.model.objects import Lean
from harness.model.picture import REPLICA_KINDS, Picture
from harness.model.scenario import Checker, Expectation
from harness.model.timeline import AnyEntry, Change
from harness.model.verdict import Finding, Measure, Outcome
from harness.registry import EXPECTATIONS


@EXPECTATIONS.enter("updates")
class Updates(Expectation, frozen=True, kw_only=True):
    """From the end of the baseline to the end of the run no object of the workload has more than `at-most` updates.

    Its objects are itself, its ReplicaSets and its pods, those that came or went included; an update is whatever the
    watch shows as one, of spec or status. With `new-pods` at most so many pods may be created for it. A controller
    that fights itself or another shows as updates, a crash or eviction storm as new pods. `healproof prove` reports
    beside them how many the same scenario takes without its faults.
    """

    every_moment = True
    kinds = (*REPLICA_KINDS, "job")

    at_most: Annotated[int, msgspec.Meta(ge=0)]
    new_pods: Annotated[int, msgspec.Meta(ge=0)] | None = None

    def checker(self) -> Checker:
        """A fresh checker."""
        return _Count(self)


class _Seen(NamedTuple):
    """An object since the end of the baseline: who controls it, how often it was updated, whether it is a new pod."""

    name: str
    uid: str
    controller: str
    updates: int
    is_new_pod: bool


class _Count(Checker):
    def __init__(self, promise: Updates) -> None:
        self._promise = promise
        self._roots: set[str] = set()
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._replicasets: dict[str, str] = {}
        self._new_pods: set[str] = set()
        self._broken: Finding | None = None

    def see(self, entry: AnyEntry, picture: Picture) -> None:
        root = picture.get(self._promise.of)
        if root is not None:
            self._roots.add(meta_of(root).uid)
        if not isinstance(entry, Change) or entry.resource in ("nodes", "events"):
            return
        thing: Lean = entry.object
        meta = meta_of(thing)
        controller = next((owner.uid for owner in meta.owner_references if owner.controller), "")
        if entry.resource == "replicasets":
            self._replicasets[meta.uid] = controller
        if "inject" not in picture.phases or self._broken is not None:
            return
        before = self._seen.get((entry.resource, meta.uid))
        is_new_pod = entry.resource == "pods" and (before.is_new_pod if before else entry.op == "added")
        updates = (before.updates if before else 0) + (entry.op == "modified")
        seen = _Seen(f"{entry.resource}/{meta.name}", meta.uid, controller, updates, is_new_pod)
        self._seen[entry.resource, meta.uid] = seen
        if self._is_own(seen):
            self._new_pods |= {meta.uid} if is_new_pod else set()
            if self._too_many(updates, len(self._new_pods)):
                self._broken = self._found(Outcome.FAILED, entry.t, picture)

    def decide(self, now: float, picture: Picture) -> Finding | None:
        return self._broken

    def conclude(self, now: float, picture: Picture) -> Finding:
        if self._broken is not None:
            return self._broken
        if not self._roots or "inject" not in picture.phases:
            return self._found(Outcome.INCONCLUSIVE, now, picture)
        most, pods = self._numbers()  # a ReplicaSet that was shown late tells only now whose pods they were
        broken = self._too_many(most.updates, pods)
        return self._found(Outcome.FAILED if broken else Outcome.PASSED, now, picture)

    def _too_many(self, updates: int, pods: int) -> bool:
        promise = self._promise
        return updates > promise.at_most or (promise.new_pods is not None and pods > promise.new_pods)

    def _is_own(self, seen: _Seen) -> bool:
        """Whether an object is the workload, or controlled by it directly or through a ReplicaSet."""
        return bool(self._roots & {seen.uid, seen.controller, self._replicasets.get(seen.controller, "")})

    def _lacks(self) -> list[str]:
        promise, (most, pods) = self._promise, self._numbers()
        lacks = []
        if most.updates > promise.at_most:
            lacks.append(f"{most.name} was updated {most.updates} times instead of at most {promise.at_most}")
        if promise.new_pods is not None and pods > promise.new_pods:
            lacks.append(f"{pods} pods were created instead of at most {promise.new_pods}")
        return lacks

    def _numbers(self) -> tuple[_Seen, int]:
        """The object that was updated most, and how many pods were created."""
        own = [seen for seen in self._seen.values() if self._is_own(seen)]
        most = max(
            own, key=lambda seen: seen.updates, default=_Seen(str(self._promise.of), "", "", 0, is_new_pod=False)
        )
        return most, sum(seen.is_new_pod for seen in own)

    def _found(self, outcome: Outcome, at: float, picture: Picture) -> Finding:
        most, pods = self._numbers()
        text = f"{self._promise.of}: {most.updates} updates of {most.name}, which had most; new pods: {pods}"
        bad = outcome is not Outcome.PASSED
        return Finding(
            expectation=Updates.name,
            outcome=outcome,
            text=f"{self._promise.of} was never observed" if outcome is Outcome.INCONCLUSIVE else text,
            at=at,
            last_seen=picture.describe(self._promise.of) if bad else "",
            difference="; ".join(self._lacks()) if outcome is Outcome.FAILED else "",
            measures=[
                Measure(name="most updates", value=most.updates, unit="count"),
                Measure(name="new pods", value=pods, unit="count"),
            ],
        )
