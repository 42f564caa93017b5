"""The ways into a cluster beside its API: commands on its nodes, and its provider's levers, bound to one record."""

from __future__ import annotations

import random
from collections.abc import Sequence

from harness.damage.site import Levers, NodeExec, Site
from harness.kube.client import Client
from harness.machine.clock import Clock
from harness.machine.process import Completed
from harness.model.cluster import ClusterRecord, Down, Outage
from harness.model.picture import Picture
from harness.providers import catalogue
from harness.providers.base import Provider


def reach(record: ClusterRecord) -> NodeExec:
    """How to run a command on a node of a cluster."""
    provider = catalogue.attach(record)

    def node_exec(
        node: str, argv: Sequence[str], *, timeout_seconds: float = 20.0, stdin: bytes | None = None
    ) -> Completed:
        return provider.node_exec(record, node, argv, timeout_seconds=timeout_seconds, stdin=stdin)

    return node_exec


def levers(record: ClusterRecord) -> Levers:
    """How to take nodes and parts of a cluster's control plane down and bring them back."""
    return _Levers(catalogue.attach(record), record)


def enter(record: ClusterRecord, client: Client, clock: Clock, picture: Picture, *, namespace: str = "") -> Site:
    """A site on a cluster outside of any run: nothing is drawn by a run's seed, nobody listens to notes."""
    return Site(
        client=client,
        record=record,
        namespace=namespace,
        picture=picture,
        node_exec=reach(record),
        levers=levers(record),
        clock=clock,
        random=random.Random(0),  # noqa: S311 - whoever draws for a run brings the run's own
        note=lambda text: None,
    )


class _Levers:
    def __init__(self, provider: Provider, record: ClusterRecord) -> None:
        self._provider, self._record = provider, record

    def halt_node(self, node: str, how: Outage) -> None:
        self._provider.halt_node(self._record, node, how)

    def restore_node(self, node: str) -> None:
        self._provider.restore_node(self._record, node)

    def halt_part(self, part: str, how: Outage, *, limit_seconds: float) -> None:
        self._provider.halt_part(self._record, part, how, limit_seconds=limit_seconds)

    def restore_part(self, part: str) -> None:
        self._provider.restore_part(self._record, part)

    def down_now(self) -> list[Down]:
        return self._provider.down_now(self._record)
