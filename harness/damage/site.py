"""Where a fault works: the cluster as it stands, and the ways into it. Knows no fault and no step."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from harness.kube.client import Client
from harness.machine.clock import Clock
from harness.machine.process import Completed
from harness.model.cluster import ClusterRecord, Down, Outage
from harness.model.picture import Picture


class NodeExec(Protocol):
    """A command run as root on a node; the exit code is the caller's to judge."""

    def __call__(
        self, node: str, argv: Sequence[str], *, timeout_seconds: float = 20.0, stdin: bytes | None = None
    ) -> Completed:
        """Run it; raises ClusterBroken where the node cannot be entered."""


class Levers(Protocol):
    """How a provider takes whole nodes and parts of the control plane down and brings them back."""

    def halt_node(self, node: str, how: Outage) -> None:
        """Take it down; raises ClusterBroken where that cannot be done."""

    def restore_node(self, node: str) -> None:
        """Bring it back; one that runs is left alone."""

    def halt_part(self, part: str, how: Outage, *, limit_seconds: float) -> None:
        """Take it down, for `limit_seconds` at most where the provider can see to that."""

    def restore_part(self, part: str) -> None:
        """Bring it back; one that runs is left alone."""

    def down_now(self) -> list[Down]:
        """What does not run as it should."""


class Site(NamedTuple):
    """Where a fault works. `picture` is empty in a fresh process that only undoes.

    `taken` are the names of pods that other faults of the same moment take.
    """

    client: Client
    record: ClusterRecord
    namespace: str
    picture: Picture
    node_exec: NodeExec
    levers: Levers
    clock: Clock
    random: random.Random
    note: Callable[[str], None]
    taken: frozenset[str] = frozenset()


class Touch(NamedTuple):
    """One object that a fault will touch: `namespace` is empty for what lives in none."""

    resource: str
    namespace: str
    name: str
    deed: str
