"""Who is struck along with whom: a node's pods, a claim's pods, a pod's workload and Services. Names no cause."""

from __future__ import annotations

from collections.abc import Iterable

from harness.model.full.network import Service
from harness.model.scene import Scene


class Reach:
    """The ways along which trouble spreads in one scene, from what carries to what is carried.

    Only along these: that a workload is short of pods says nothing about the pods that it has.
    """

    def __init__(self, scene: Scene) -> None:
        self._next: dict[str, list[str]] = {}
        self._owner: dict[str, str] = {}
        services = [each for each in scene.all("services", Service) if each.spec.selector]
        for pod in scene.pods:
            name, labels = f"pod/{pod.metadata.name}", pod.metadata.labels
            owner = scene.owner_of(pod)
            if owner:
                self._owner[name] = owner
                self._join(name, owner)
            for service in services:
                if service.spec.selector.items() <= labels.items():
                    self._join(name, f"service/{service.metadata.name}")
            if pod.spec.node_name:
                self._join(f"node/{pod.spec.node_name}", name)
            for volume in pod.spec.volumes:
                if volume.persistent_volume_claim is not None:
                    self._join(f"persistentvolumeclaim/{volume.persistent_volume_claim.claim_name}", name)

    def of(self, objects: Iterable[str]) -> frozenset[str]:
        """These objects and everything that is struck along with them."""
        found: set[str] = set()
        open_ = list(objects)
        while open_:
            each = open_.pop()
            if each not in found:
                found.add(each)
                open_ += self._next.get(each, ())
        return frozenset(found)

    def root(self, object_: str) -> str:
        """The workload of a pod; anything else is its own root."""
        return self._owner.get(object_, object_)

    def _join(self, carrier: str, carried: str) -> None:
        self._next.setdefault(carrier, []).append(carried)
