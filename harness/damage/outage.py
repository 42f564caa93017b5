"""A whole node, or a part of the control plane, taken down by the cluster's provider and brought back."""

from __future__ import annotations

from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.model.cluster import Outage

CONTROL_PLANE = "control-plane"
"""The resource of a touch that is a part of the control plane, not an object."""
LIMIT_SECONDS = 600.0
"""After this long a part of the control plane comes back by itself, where its provider can see to that."""


class NodeOutage(Step, frozen=True, kw_only=True, tag="node-outage"):
    """Node `node` is taken down. No timer can bring it back: nothing of it runs; `recover` does."""

    node: str
    how: Outage

    def touch(self) -> Touch:
        """The node."""
        return Touch("nodes", "", self.node, self.deed)

    def do(self, site: Site) -> None:
        """Take it down."""
        site.levers.halt_node(self.node, self.how)

    def undo(self, site: Site) -> None:
        """Bring it back."""
        site.levers.restore_node(self.node)


class PartOutage(Step, frozen=True, kw_only=True, tag="part-outage"):
    """Part `part` of the control plane is taken down."""

    part: str
    how: Outage
    limit_seconds: float = LIMIT_SECONDS

    def touch(self) -> Touch:
        """The part."""
        return Touch(CONTROL_PLANE, "", self.part, self.deed)

    def do(self, site: Site) -> None:
        """Take it down."""
        site.levers.halt_part(self.part, self.how, limit_seconds=self.limit_seconds)

    def undo(self, site: Site) -> None:
        """Bring it back."""
        site.levers.restore_part(self.part)
