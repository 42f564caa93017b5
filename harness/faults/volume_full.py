"""A PersistentVolume with no space left."""

from __future__ import annotations

from typing import Any, ClassVar

from harness.faults import volumes
from harness.faults.site import Injection, Plan, Site
from harness.model.cluster import Capability
from harness.model.errors import InjectionFailed, UndoFailed
from harness.model.scenario import Fault
from harness.model.timeline import Evidence
from harness.model.units import Ref
from harness.registry import FAULTS

_BALLAST = ".healproof-ballast"


@FAULTS.enter("volume-full")
class VolumeFull(Fault, frozen=True, kw_only=True):
    """Fills the volume of claim `of` (`persistentvolumeclaim/data-db-0`) to its last byte.

    A ballast file is written on the node; the volume must be a file system of its own, or the guard refuses.
    Kubernetes does not heal a full volume. Evidence: a write through the container's own mount fails with "No
    space left on device". Undo: remove the ballast.
    """

    needs = frozenset({Capability.CONTAINERS, Capability.NODE_EXEC, Capability.BOUNDED_VOLUMES})
    heals: ClassVar[str] = "nobody: space must be made or the volume grown"

    of: Ref

    def plan(self, site: Site) -> Plan:
        """Find the volume."""
        return volumes.plan(site, self.of, "fill")

    def inject(self, site: Site, plan: Plan) -> Injection:
        """Write the ballast: in large blocks, then in the smallest until nothing fits."""
        sent = site.clock.now()
        out = f"of={plan.token['path']}/{_BALLAST}"
        for block in ("1M", "4096", "512"):
            argv = ["dd", "if=/dev/zero", out, f"bs={block}", "oflag=append", "conv=notrunc"]
            ended = site.node_exec(plan.token["node"], argv, timeout_seconds=120)
            if b"No space left" not in ended.stderr:
                said = ended.stderr.decode(errors="replace").strip()
                raise InjectionFailed(f"{self.of}: the ballast did not fill the volume: {said}")
        return Injection(sent, [])

    def prove(self, site: Site, plan: Plan, index: int) -> list[Evidence]:
        """Write through the containers' own mounts."""
        return volumes.evidence(site, plan.token, index, "No space left on device")

    @classmethod
    def undo(cls, site: Site, token: dict[str, Any]) -> None:
        """Remove the ballast and the probe file."""
        files = [f"{token['path']}/{name}" for name in (_BALLAST, volumes.PROBE)]
        ended = site.node_exec(token["node"], ["rm", "-f", *files])
        if ended.code != 0:
            raise UndoFailed(f"ballast on node {token['node']}: {ended.stderr.decode(errors='replace').strip()}")
