"""Health checks of the API server that fail, or take long. Says nothing of why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.volumes import number
from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Scene
from harness.registry import SYMPTOMS

LATENCY = "latency-seconds"
LATENCY_SECONDS_MAX = 2.0
"""A healthy server answers its own checks within some tens of milliseconds."""
_WHOLE = "readyz"
"""The verdict over all checks: it says something only where no single one does."""


@SYMPTOMS.enter("api-health")
class ApiHealth(SymptomReader):
    """A check of `/readyz` that fails, or an answer that took more than 2 s: facts `check`, `answer`,
    `latency-seconds`.
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """One for each failed check, one for a late answer."""
        for look in scene.looked("api-health"):
            source = look.source or "/readyz?verbose"
            failed = {check: said for check, said in look.facts.items() if check != LATENCY and said[:2] != "ok"}
            for check, answer in failed.items():
                if check == _WHOLE and len(failed) > 1:
                    continue
                yield Symptom(
                    kind="api-health",
                    object="control-plane",
                    text=f"the API server's check {check} says {answer}",
                    source=source,
                    facts={"check": check, "answer": answer},
                )
            seconds = number(look, LATENCY)
            if seconds is not None and seconds > LATENCY_SECONDS_MAX:
                yield Symptom(
                    kind="api-health",
                    object="control-plane",
                    text=f"the API server took {seconds:.1f} s to answer for its health",
                    source=source,
                    facts={"check": "latency", LATENCY: f"{seconds:.3f}"},
                )
