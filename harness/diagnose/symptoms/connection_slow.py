"""Connections inside the cluster that took long to be made. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.tried import requests
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Scene
from harness.registry import SYMPTOMS

USUAL_SECONDS_MAX = 0.15
"""A connection takes a round trip between two kernels, well below a millisecond; a busy machine adds some tens."""


@SYMPTOMS.enter("connection-slow")
class ConnectionSlow(SymptomReader):
    """A connection `A -> B` that was made late: facts `from`, `to`, `seconds`. The object is whom was asked.

    Kernels make it without the applications, so it is a measure of the way between them. A name that is looked up
    before is not part of it.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each such connection."""
        for each in requests(scene):
            if each.connect_seconds is not None and each.connect_seconds > USUAL_SECONDS_MAX:
                yield Symptom(
                    kind="connection-slow",
                    object=each.target,
                    text=f"a connection from {each.origin} to {each.target} took {each.connect_seconds:.2f} s",
                    source=each.source or "a connection that was tried",
                    facts={"from": each.origin, "to": each.target, "seconds": f"{each.connect_seconds:.3f}"},
                )
