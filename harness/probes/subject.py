"""What is known of one container's probes: how they are set, and what was seen of it. Predicts and asks nothing."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from harness.budget.manifest import ProbeForm
from harness.model.errors import BadInput
from harness.probes.answers import Counted, Stretch
from harness.statistics.survival import Time


class Kind(enum.StrEnum):
    """The three probes of a container, in the words of Kubernetes."""

    STARTUP = "startupProbe"
    LIVENESS = "livenessProbe"
    READINESS = "readinessProbe"


HANDLERS = ("httpGet", "grpc", "tcpSocket", "exec")
"""The ways to probe, as a manifest names them."""
ANSWERED = ("httpGet", "grpc")
"""Those that wait for an answer of the application itself: a hang is noticed by them for sure."""


class Subject(NamedTuple):
    """One container of a workload, `object` as `deployment/web`.

    `probes` are those of its manifest, by kind; `stretches` and `counted` say how it answered while nothing was
    wrong, `starts` how long it took from running to ready; `records` names where it was seen, none for a live one;
    `unseen` what could not be seen, in words.
    """

    object: str
    namespace: str
    container: str
    probes: Mapping[Kind, Mapping[str, Any]]
    stretches: Sequence[Stretch] = ()
    counted: Sequence[Counted] = ()
    starts: Sequence[Time] = ()
    records: Sequence[str] = ()
    unseen: Sequence[str] = ()

    def form(self, kind: Kind) -> ProbeForm | None:
        """The numbers of a probe, those left out as the API server fills them in; None where it has no such probe."""
        written = self.probes.get(kind)
        return None if written is None else msgspec.convert(written, ProbeForm)

    def handler(self, kind: Kind) -> dict[str, Any]:
        """How a probe of this kind asks, or would: as its own says, else as liveness does; empty where neither is.

        What readiness asks is never taken for the others: where it asks for what others do, their faults would
        become restarts.
        """
        found = self.probes.get(kind) or self.probes.get(Kind.LIVENESS) or {}
        return {way: found[way] for way in HANDLERS if found.get(way) is not None}

    @property
    def answers(self) -> int:
        """How many answers were seen one by one."""
        return sum(len(stretch.answers) for stretch in self.stretches)


def probes_of(container: Mapping[str, Any]) -> dict[Kind, dict[str, Any]]:
    """The probes of a container of a manifest; raises BadInput for numbers that are none."""
    found = {kind: container[kind] for kind in Kind if container.get(kind)}
    for kind, written in found.items():
        try:
            msgspec.convert(written, ProbeForm)
        except msgspec.ValidationError as error:
            raise BadInput(f"container {container['name']}, {kind}: {error}") from None
    return found
