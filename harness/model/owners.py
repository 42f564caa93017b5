"""Owners: which pods each controller owns and how many of them count, by way of its ReplicaSets too."""

from __future__ import annotations

from typing import NamedTuple

from harness.model.objects import Pod, Workload


class Standing(NamedTuple):
    """How many active pods a controller has, and how many of these are ready."""

    active: int = 0
    ready: int = 0


class Owners:
    """Each pod under the controller that owns it now: one that was relabelled is released by its owner.

    Counts are kept with every change, so that asking costs the same for ten pods and for ten thousand. Safe to ask
    while another thread folds.
    """

    def __init__(self) -> None:
        self._owner_of_pod: dict[str, str] = {}
        self._owner_of_set: dict[str, str] = {}
        self._pods: dict[str, dict[str, Pod]] = {}
        self._standing: dict[str, Standing] = {}
        self._sets: dict[str, dict[str, None]] = {}

    def pod(self, pod: Pod, *, gone: bool) -> None:
        """A pod as it is now, or its end."""
        uid = pod.metadata.uid
        former = self._owner_of_pod.pop(uid, None)
        if former is not None:
            self._count(former, self._pods[former].pop(uid), -1)
        if not gone:
            owner = self._owner_of_pod[uid] = pod.metadata.controller_uid
            self._pods.setdefault(owner, {})[uid] = pod
            self._count(owner, pod, 1)

    def replica_set(self, replicas: Workload, *, gone: bool) -> None:
        """A ReplicaSet as it is now, or its end."""
        meta = replicas.metadata
        former = self._owner_of_set.pop(meta.uid, None)
        if former is not None:
            self._sets[former].pop(meta.uid)
        if not gone:
            owner = self._owner_of_set[meta.uid] = meta.controller_uid
            self._sets.setdefault(owner, {})[meta.uid] = None

    def pods_of(self, uid: str) -> list[Pod]:
        """The pods of a controller and of its ReplicaSets."""
        return [pod for owner in self._family(uid) for pod in list(self._pods.get(owner, {}).values())]

    def standing(self, uid: str) -> Standing:
        """How many of `pods_of` are active, and how many of these ready."""
        parts = [self._standing.get(owner, Standing()) for owner in self._family(uid)]
        return Standing(sum(part.active for part in parts), sum(part.ready for part in parts))

    def _family(self, uid: str) -> list[str]:
        return [uid, *list(self._sets.get(uid, {}))]

    def _count(self, owner: str, pod: Pod, sign: int) -> None:
        if pod.active:
            held = self._standing.get(owner, Standing())
            self._standing[owner] = Standing(held.active + sign, held.ready + sign * pod.ready)
