"""A PersistentVolume with no space left."""

from __future__ import annotations

import shlex
from typing import ClassVar

from harness.damage import volumes
from harness.damage.on_node import OnNode
from harness.damage.plan import Plan, Stepwise
from harness.damage.site import Site
from harness.model.cluster import Capability
from harness.model.scenario import Effect, Example
from harness.model.timeline import Evidence
from harness.model.units import Ref
from harness.registry import FAULTS

_BALLAST = ".healproof-ballast"
# in large blocks first, then in the smallest until nothing fits; dd fails each time, for want of space
_FILL = f"""
for block in 1M 4096 512; do
  said=$(dd if=/dev/zero of={_BALLAST} bs=$block oflag=append conv=notrunc 2>&1) && exit 1
  case "$said" in *"No space left"*) ;; *) echo "$said" >&2; exit 1 ;; esac
done
"""


@FAULTS.enter("volume-full")
class VolumeFull(Stepwise, frozen=True, kw_only=True):
    """Fills the volume of claim `of` (`persistentvolumeclaim/data-db-0`) to its last byte.

    A ballast file is written on the node; the volume must be a file system of its own, or the guard refuses.
    Kubernetes does not heal a full volume. Evidence: a write through the container's own mount fails with "No
    space left on device". Undo: remove the ballast.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC, Capability.BOUNDED_VOLUMES})
    heals: ClassVar[str] = "nobody: space must be made or the volume grown"

    example: ClassVar[Example] = Example(
        {"of": "persistentvolumeclaim/data-db-0"}, Effect.LASTS, "db", "statefulset/db"
    )

    of: Ref

    def plan(self, site: Site) -> Plan:
        """Find the volume."""
        volume = volumes.locate(site, self.of)
        path = shlex.quote(volume.path)
        step = OnNode(
            deed=f"fill {volume.path}",
            node=volume.node,
            script=f"cd {path}\n{_FILL}",
            back=f"rm -f {path}/{_BALLAST} {path}/{volumes.PROBE}",
            timeout_seconds=120,
        )
        return Plan(namespace=site.namespace, steps=[step], facts={"volume": volume})

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Write through the containers' own mounts."""
        return volumes.evidence(site, plan.facts["volume"], index, "No space left on device")
