"""Leases that their holders no longer renew. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.full.cluster import Lease
from harness.model.scene import Scene, seconds_of
from harness.registry import SYMPTOMS

COMPONENTS = ("kube-scheduler", "kube-controller-manager")
_NODES = "kube-node-lease"
_SKEW_SECONDS = 1.0
"""Clocks of holders and of the API server differ."""


@SYMPTOMS.enter("lease-stale")
class LeaseStale(SymptomReader):
    """A lease that has lapsed by its own duration, or was given up.

    It is that of a part of the control plane (object `control-plane/kube-scheduler`) or of a node (`node/NAME`). Facts:
    `holder` (empty where it was given up), `silent-seconds` since the last renewal, `duration-seconds`.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each such lease."""
        for lease in scene.elsewhere("leases", Lease):
            if lease.metadata.name in COMPONENTS:
                yield from _told(scene, lease, f"control-plane/{lease.metadata.name}", "kube-system")
        for lease in scene.elsewhere("leases", Lease, _NODES):
            yield from _told(scene, lease, f"node/{lease.metadata.name}", _NODES)


def _told(scene: Scene, lease: Lease, object_: str, namespace: str) -> Iterator[Symptom]:
    silent = scene.age(lease.spec.renew_time)
    duration = lease.spec.lease_duration_seconds or 0
    if not lease.spec.renew_time or not duration or silent <= duration + _SKEW_SECONDS:
        return
    holder = lease.spec.holder_identity or ""
    words = (
        f"was not renewed for {silent:.0f} s, it lasts {duration} s" if holder else f"was given up {silent:.0f} s ago"
    )
    yield Symptom(
        kind="lease-stale",
        object=object_,
        text=f"the lease of {lease.metadata.name} {words}",
        source=f"lease {namespace}/{lease.metadata.name}",
        facts={"holder": holder, "silent-seconds": f"{silent:.0f}", "duration-seconds": str(duration)},
        at=seconds_of(lease.spec.renew_time),
    )
