"""How much a run may break at once, as data: what the user said, completed by what kind of cluster it is."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping
from typing import NamedTuple, Self, TypeVar

from harness.model.errors import BadInput
from harness.model.units import Share

T = TypeVar("T")

PROTECTED = frozenset({"kube-system", "kube-public", "kube-node-lease", "local-path-storage"})
"""The namespaces that every cluster lives from."""
UNLIMITED = "none"
"""What is written for no limit."""


class Confirmation(enum.StrEnum):
    """What must be confirmed on a cluster that healproof did not make."""

    CONTROL_PLANE = "control-plane"


class PodLimit(NamedTuple):
    """How many pods of a workload may be hit at once: a number, or where `share` is set that part of them."""

    number: int = 0
    share: Share | None = None

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read `2` or `50%`; raises ValueError."""
        return cls(share=Share.parse(written)) if written.endswith("%") else cls(number=_number(written))

    def of(self, pods: int) -> int:
        """How many of so many pods."""
        return self.number if self.share is None else math.floor(pods * float(self.share) + 1e-9)

    def __str__(self) -> str:
        return str(self.number if self.share is None else self.share)


class Limits(NamedTuple):
    """The limits of a run on one cluster; None is no limit.

    `protected` are namespaces of the user's in which nothing is ever touched, beyond those of `PROTECTED`.
    `pods` is how many pods of a workload, or which share of them, faults may hit at once; `nodes` how many nodes;
    `faults` how many faults may be open together. Below `healthy`, the share of the pods of the scenario's workloads
    that are ready, the run stops and undoes everything.
    """

    protected: frozenset[str] = frozenset()
    pods: PodLimit | None = None
    nodes: int | None = None
    faults: int | None = None
    healthy: Share | None = None
    confirmed: frozenset[Confirmation] = frozenset()

    @classmethod
    def of(cls, said: Mapping[str, str], *, disposable: bool) -> Self:
        """The limits on a cluster from what was said, by option; what was not depends on whether healproof made it.

        Raises BadInput for what cannot be read.
        """
        usual = cls() if disposable else STRICT
        confirmed = (_read(said, "confirm", word, Confirmation) for word in _words(said.get("confirm", "")))
        return cls(
            protected=frozenset(_words(said.get("protected", ""))),
            pods=_limit(said, "max-pods", usual.pods, PodLimit.parse),
            nodes=_limit(said, "max-nodes", usual.nodes, _number),
            faults=_limit(said, "max-faults", usual.faults, _number),
            healthy=_limit(said, "min-healthy", usual.healthy, Share.parse),
            confirmed=frozenset(confirmed),
        )


STRICT = Limits(pods=PodLimit(share=Share(0.5)), nodes=1, faults=1, healthy=Share(0.5))
"""The limits on clusters that healproof did not make, unless others are said."""


def _limit(said: Mapping[str, str], name: str, usual: T | None, parse: Callable[[str], T]) -> T | None:
    written = said.get(name, "").strip()
    if not written:
        return usual
    return None if written == UNLIMITED else _read(said, name, written, parse)


def _read(said: Mapping[str, str], name: str, written: str, parse: Callable[[str], T]) -> T:
    try:
        return parse(written)
    except ValueError:
        raise BadInput(f"--healproof-{name}: {written!r} is not accepted; accepted is {ACCEPTED[name]}") from None


LIMITS = ("protected", "max-pods", "max-nodes", "max-faults", "min-healthy", "confirm")
"""The options that say them."""
ACCEPTED = {
    "max-pods": f"a number such as 2, a percentage such as 50%, or {UNLIMITED}",
    "max-nodes": f"a number such as 1, or {UNLIMITED}",
    "max-faults": f"a number such as 1, or {UNLIMITED}",
    "min-healthy": f"a percentage such as 50%, or {UNLIMITED}",
    "confirm": " or ".join(Confirmation),
}
"""What each option takes."""


def _number(written: str) -> int:
    number = int(written)
    if number < 0:
        raise ValueError(written)
    return number


def _words(written: str) -> list[str]:
    return [word.strip() for word in written.split(",") if word.strip()]
