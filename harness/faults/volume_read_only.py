"""A PersistentVolume whose file system turned read-only, as file systems do after an error of the disk."""

from __future__ import annotations

from typing import Any, ClassVar

from harness.faults import volumes
from harness.faults.site import Injection, Plan, Site
from harness.machine.clock import wait_until
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed, UndoFailed
from harness.model.scenario import Fault
from harness.model.timeline import Evidence
from harness.model.units import Ref
from harness.registry import FAULTS

_BUSY_SECONDS_MAX = 15.0


@FAULTS.enter("volume-read-only")
class VolumeReadOnly(Fault, frozen=True, kw_only=True):
    """Remounts the file system of claim `of` (`persistentvolumeclaim/data-db-0`) read-only, on its node.

    The volume must be a file system of its own, or the guard refuses. Kubernetes does not heal it. Evidence: a
    write through the container's own mount fails with "Read-only file system". Undo: remount it writable.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC, Capability.BOUNDED_VOLUMES})
    heals: ClassVar[str] = "nobody: the file system must be repaired and remounted"

    of: Ref

    def plan(self, site: Site) -> Plan:
        """Find the volume."""
        return volumes.plan(site, self.of, "turn read-only")

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Remount; the kernel says "busy" while a file is open for writing, so ask again for a while."""
        sent = site.clock.now()
        said = ""

        def remount() -> bool:
            nonlocal sent, said
            sent = site.clock.now()
            ended = site.node_exec(plan.token["node"], ["mount", "-o", "remount,ro", plan.token["path"]])
            said = ended.stderr.decode(errors="replace").strip()
            return ended.code == 0

        if not wait_until(remount, timeout_seconds=_BUSY_SECONDS_MAX, clock=site.clock):
            raise InjectionFailed(f"{self.of}: not remounted read-only in {_BUSY_SECONDS_MAX:.0f} s: {said}")
        return Injection(sent, [])

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Write through the containers' own mounts."""
        return volumes.evidence(site, plan.token, index, "Read-only file system")

    @classmethod
    def undo(cls, site: Site, token: dict[str, Any]) -> None:
        """Remount it writable, unless the volume itself is gone by now."""
        if not volumes.is_mounted(site, token["node"], token["path"]):
            return
        ended = site.node_exec(token["node"], ["mount", "-o", "remount,rw", token["path"]])
        if ended.code != 0:
            raise UndoFailed(f"{token['path']} on {token['node']}: {ended.stderr.decode(errors='replace').strip()}")
