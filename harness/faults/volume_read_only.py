"""A PersistentVolume whose file system turned read-only, as file systems do after an error of the disk."""

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

# the kernel says "busy" while a file is open for writing
_BUSY = """
tries=0
until said=$(mount -o remount,ro {path} 2>&1); do
  tries=$((tries + 1)); [ $tries -lt 150 ] || {{ echo "$said" >&2; exit 1; }}
  sleep 0.1
done
"""


@FAULTS.enter("volume-read-only")
class VolumeReadOnly(Stepwise, frozen=True, kw_only=True):
    """Remounts the file system of claim `of` (`persistentvolumeclaim/data-db-0`) read-only, on its node.

    The volume must be a file system of its own, or the guard refuses. Kubernetes does not heal it. Evidence: a
    write through the container's own mount fails with "Read-only file system". Undo: remount it writable.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC, Capability.BOUNDED_VOLUMES})
    heals: ClassVar[str] = "nobody: the file system must be repaired and remounted"

    example: ClassVar[Example] = Example(
        {"of": "persistentvolumeclaim/data-db-0"}, Effect.LASTS, "db", "statefulset/db"
    )

    of: Ref

    def plan(self, site: Site) -> Plan:
        """Find the volume."""
        volume = volumes.locate(site, self.of)
        path = shlex.quote(volume.path)
        step = OnNode(
            deed=f"turn {volume.path} read-only",
            node=volume.node,
            script=_BUSY.format(path=path),
            back=f"! findmnt -n --mountpoint {path} >/dev/null || mount -o remount,rw {path}",
        )
        return Plan(namespace=site.namespace, steps=[step], facts={"volume": volume})

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Write through the containers' own mounts."""
        return volumes.evidence(site, plan.facts["volume"], index, "Read-only file system")
