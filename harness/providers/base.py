"""The seam of every provider: what it must do for a cluster to be made, found again, reached and removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple, Protocol

from harness.machine.process import Completed
from harness.machine.progress import Progress
from harness.model.cluster import ClusterRecord, Down, Outage


class Finding(NamedTuple):
    """One line of `healproof doctor`: what was looked for, whether it serves, what was seen, what to do."""

    subject: str
    ok: bool
    seen: str
    remedy: str = ""


class Leftover(NamedTuple):
    """Something a dead cluster or run left on this machine: `kind` is container, process, network, folder …"""

    kind: str
    name: str


class Provider(Protocol):
    """A way to have a cluster."""

    name: ClassVar[str]

    def examine(self) -> list[Finding]:
        """What this provider needs from the machine; it can run where every finding is ok. Changes nothing."""

    def prepare(self, progress: Progress) -> None:
        """Have everything that `up` needs (programs, images), so that it is quick; makes no cluster."""

    def up(self, name: str, shape: str, progress: Progress) -> ClusterRecord:
        """Make the cluster `name` after the file `clusters/<provider>/<shape>.yaml` and wait until it is ready.

        Ready means that nodes, DNS, pod network, storage and a Service round trip work, where the provider has
        them. An interrupted or failed `up` removes what it made. Raises HealproofError.
        """

    def alive(self, record: ClusterRecord) -> bool:
        """Whether the cluster still runs and its API server answers `/readyz`."""

    def down(self, record: ClusterRecord) -> None:
        """Remove the cluster with all its files but the record; removing what is gone already is no error."""

    def leftovers(self, known: Sequence[ClusterRecord]) -> list[Leftover]:
        """What carries this provider's marks on this machine and belongs to none of the `known` clusters."""

    def remove(self, leftover: Leftover) -> None:
        """Remove one leftover."""

    def node_exec(
        self,
        record: ClusterRecord,
        node: str,
        argv: Sequence[str],
        *,
        timeout_seconds: float,
        stdin: bytes | None = None,
    ) -> Completed:
        """Run a command as root on a node; the exit code is the caller's to judge.

        Only where the record has Capability.NODE_EXEC; raises ClusterBroken where the node cannot be entered.
        """

    def halt_node(self, record: ClusterRecord, node: str, how: Outage) -> None:
        """Take a node down; one that is down already stays so.

        Only where the record has Capability.NODE_POWER; raises ClusterBroken where it cannot be done.
        """

    def restore_node(self, record: ClusterRecord, node: str) -> None:
        """Bring a node back from any outage; one that runs is left alone. Does not wait for it to be Ready."""

    def halt_part(self, record: ClusterRecord, part: str, how: Outage, *, limit_seconds: float) -> None:
        """Take a part of the control plane down (CONTROL_PLANE_PARTS); one that is down already stays so.

        After `limit_seconds` it comes back by itself where the provider can see to that (the harness may be dead).
        Only where the record has Capability.CONTROL_PLANE; raises ClusterBroken where it cannot be done.
        """

    def restore_part(self, record: ClusterRecord, part: str) -> None:
        """Bring a part back from any outage and wait until it runs; one that runs is left alone."""

    def down_now(self, record: ClusterRecord) -> list[Down]:
        """The nodes and parts that do not run as they should, seen without the API server."""
