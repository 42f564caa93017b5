"""Connections that were tried and did not work. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Scene
from harness.registry import SYMPTOMS


@SYMPTOMS.enter("connection-failed")
class ConnectionFailed(SymptomReader):
    """A connection `A -> B` that was tried and failed: facts `from`, `to`, `error`. The object is who asked."""

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each such connection."""
        for look in scene.looked("connection"):
            error = look.facts.get("error", "")
            if not error:
                continue
            origin, _, target = (word.strip() for word in look.about.partition("->"))
            yield Symptom(
                kind="connection-failed",
                object=origin,
                text=f"a connection from {origin} to {target} failed: {error}",
                source=look.source or "a connection that was tried",
                facts={"from": origin, "to": target, "error": error},
            )
