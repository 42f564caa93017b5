"""The delay of the watch, measured on echoes of the harness's own writes. Knows nothing of what was written."""

from __future__ import annotations

import math
from typing import NamedTuple

from harness.model.timeline import Anchor, Change, Injected, Written

ECHOES = frozenset({"pod-gone", "terminating", "node-cordoned", "generation"})
"""Anchors that a fault's own write shows, where it wrote to that object itself."""


class _Call(NamedTuple):
    sent: float
    acknowledged: float


class Lag:
    """How long after a write the watch shows that very write.

    A write was stored somewhere between its being sent and its acknowledgement, so one echo bounds the delay from
    below and from above. What Kubernetes did about a write is no echo: it took its time for other reasons.
    """

    def __init__(self) -> None:
        self._surely = 0.0
        self._finest = math.inf
        self._awaited: dict[tuple[str, str], _Call] = {}
        self._new: dict[tuple[str, str], float] = {}

    @property
    def seconds(self) -> float:
        """The longest delay that surely was, and no less than the finest that could be measured; 0 without any echo."""
        return max(self._surely, self._finest if math.isfinite(self._finest) else 0.0)

    def expect(self, entry: Written) -> None:
        """A write that the watch has to show, unless it was faster than the answer."""
        call, key = _Call(entry.sent, entry.t), (entry.uid, entry.version)
        if key in self._new:
            self._learn(call, self._new[key])
        else:
            self._awaited[key] = call

    def show(self, change: Change) -> None:
        """What the watch shows."""
        key = (change.object.metadata.uid, change.object.metadata.resource_version)
        call = self._awaited.pop(key, None)
        if call is not None:
            self._learn(call, change.t)
        elif change.op == "added":
            self._new[key] = change.t

    def reach(self, fault: Injected, anchor: Anchor, t: float) -> None:
        """The watch showed what this fault must cause."""
        if anchor.kind in ECHOES and f"{anchor.resource}/{anchor.name}" in fault.targets:
            self._learn(_Call(fault.sent, fault.t), t)

    def _learn(self, call: _Call, shown: float) -> None:
        self._surely = max(self._surely, shown - call.acknowledged)
        self._finest = min(self._finest, shown - call.sent)
